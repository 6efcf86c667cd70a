import { compilePath, parsePath, type Getter } from './path.ts';

/** Text with `{holes}`: `urn:ngsi-ld:WaterMeter:{meter}`. */
export type Template = {
  /** No hole needs the payload: the text follows from the topic alone. */
  readonly fixed: boolean;
  /** First members of the paths into the payload; of a CSV row these are columns. */
  readonly needs: readonly string[];
  /** @returns undefined when a hole has no value that fits */
  fill(captured: Readonly<Record<string, string>>, payload: unknown): string | undefined;
};

/**
 * Compiles a template. A hole names a segment of the topic, otherwise it is a path into the payload.
 * @param captures names of the topic's segments
 * @param escape   how a value is written into the text
 * @returns undefined and a reason when the text is no template
 */
export function compileTemplate(
  text: string,
  captures: readonly string[],
  escape: (value: string) => string | undefined,
): { template: Template; wanted?: undefined } | { template?: undefined; wanted: string } {
  const literals: string[] = [];
  const holes: { name?: string; get?: Getter }[] = [];
  const needs: string[] = [];
  let at = 0;
  for (const match of text.matchAll(/\{([^{}]*)\}/g)) {
    const name = match[1] ?? '';
    literals.push(text.slice(at, match.index));
    at = match.index + match[0].length;
    if (captures.includes(name)) holes.push({ name });
    else {
      const get = compilePath(name);
      if (!get) return { wanted: `{${name}} to be a topic segment or a path into the payload` };
      holes.push({ get });
      needs.push(String(parsePath(name)?.[0]));
    }
  }
  const last = text.slice(at);
  if (/[{}]/.test(literals.join('') + last)) return { wanted: 'each { closed by a }' };
  const fill: Template['fill'] = (captured, payload) => {
    let result = '';
    for (let i = 0; i < holes.length; i++) {
      const hole = holes[i];
      const value = hole?.name !== undefined ? captured[hole.name] : hole?.get?.(payload);
      if (typeof value !== 'string' && typeof value !== 'number') return undefined;
      const escaped = value === '' ? undefined : escape(String(value));
      if (escaped === undefined) return undefined;
      result += (literals[i] ?? '') + escaped;
    }
    return result + last;
  };
  return { template: { fixed: holes.every((hole) => hole.name !== undefined), needs, fill } };
}

/** As part of a URI; what may not stand there is percent-encoded. Longer than 128 characters is no identifier. */
export function inUri(value: string): string | undefined {
  if (value.length > 128) return undefined;
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    const plain =
      (code >= 48 && code <= 58) ||
      (code >= 65 && code <= 90) ||
      (code >= 97 && code <= 122) ||
      code === 45 ||
      code === 46 ||
      code === 95 ||
      code === 126;
    if (!plain) return value.isWellFormed() ? encodeURIComponent(value) : undefined;
  }
  return value;
}

/** As it is, for names and other texts. */
export const inText = (value: string): string | undefined => (value.isWellFormed() ? value : undefined);
