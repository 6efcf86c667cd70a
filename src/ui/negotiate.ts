/** Which language a reader gets who asked for none in the path. */

/**
 * The city's language that the browser prefers most. `uz-Latn-UZ` matches `uz`, `uz-Cyrl` only itself.
 * @param acceptLanguage the header as sent (RFC 9110, 12.5.4), undefined when absent
 * @param available the city's languages, the first is what a reader gets who asks for none of them
 */
export function negotiateLanguage<L extends string>(acceptLanguage: string | undefined, available: readonly L[]): L {
  const [first] = available;
  if (first === undefined) throw new Error('a city has at least one language');
  const wanted = (acceptLanguage ?? '')
    .split(',')
    .slice(0, 32)
    .map((item, order) => {
      const [tag = '', ...parameters] = item.trim().toLowerCase().split(';');
      const q = parameters.map((p) => /^\s*q\s*=\s*([\d.]+)\s*$/.exec(p)?.[1]).find((value) => value !== undefined);
      return { tag: tag.trim(), q: q === undefined ? 1 : Number(q), order };
    })
    .filter(({ tag, q }) => tag !== '' && q > 0)
    .sort((a, b) => b.q - a.q || a.order - b.order);
  for (const { tag } of wanted) {
    if (tag === '*') return first;
    const parts = tag.split('-').filter((part) => part !== 'latn');
    const plain = parts.join('-');
    // The longest tag that matches wins: uz-cyrl-uz, then uz-cyrl, then uz; Cyrillic never falls to Latin readers first.
    for (let length = parts.length; length > 0; length--) {
      const cut = plain.split('-').slice(0, length).join('-');
      const found = available.find((language) => language.toLowerCase() === cut);
      if (found !== undefined) return found;
    }
  }
  return first;
}
