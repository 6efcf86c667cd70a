/** Coordinates as people write them into tables. */

export type Axis = 'longitude' | 'latitude';
export type Degrees = { readonly value: number; readonly axis: Axis | undefined };

const number = String.raw`\d{1,3}(?:[.,]\d+)?`;
const side = String.raw`[NSEWСЮВЗ]|[сю]\.?\s?ш\.?|[вз]\.?\s?д\.?`;
const degrees = new RegExp(
  String.raw`^(${side})?\s*([+-]?${number})\s*(?:[°º]\s*(?:(${number})\s*['′’]\s*(?:(${number})\s*(?:["″”]|''|’’)\s*)?)?)?\s*(${side})?$`,
  'iu',
);

const sides: Readonly<Record<string, readonly [Axis, 1 | -1]>> = {
  N: ['latitude', 1],
  С: ['latitude', 1],
  S: ['latitude', -1],
  Ю: ['latitude', -1],
  E: ['longitude', 1],
  В: ['longitude', 1],
  W: ['longitude', -1],
  З: ['longitude', -1],
};

/** `41.31`, `41,31`, `41°18'36"N`, `69° 14' в.д.`; undefined for anything else. */
export function parseDegrees(value: unknown): Degrees | undefined {
  if (typeof value === 'number') return { value, axis: undefined };
  if (typeof value !== 'string' || value.length > 60) return undefined;
  const match = degrees.exec(value.trim());
  if (!match) return undefined;
  const [, before, whole = '', minutes = '0', seconds = '0', behind] = match;
  if (before !== undefined && behind !== undefined) return undefined;
  const part = (text: string): number => Number(text.replace(',', '.'));
  if (part(minutes) >= 60 || part(seconds) >= 60) return undefined;
  const letter = (before ?? behind)?.charAt(0).toUpperCase();
  const [axis, sign] = letter === undefined ? [undefined, 1] : (sides[letter] ?? [undefined, 1]);
  const size = Math.abs(part(whole)) + part(minutes) / 60 + part(seconds) / 3600;
  // Ten seconds have no end in decimals: a centimetre is enough.
  return { value: Math.round((whole.startsWith('-') ? -size : size) * sign * 1e7) / 1e7, axis };
}

/** Where a text of two coordinates may be cut; the first way that gives two is taken. */
const cuts = [/;/, /\//, /,\s+/, /(?<=[NSEWСЮВЗшд]\.?),?\s+(?=\d)|(?<=[NSEWСЮВЗ]),?(?=\d)/iu, /\s+/];

/**
 * Two coordinates in one text: `41,31 69,24`, `41.31, 69.24`, `41°18'36"N 69°14'24"E`, `POINT(69.24 41.31)`.
 * @param first the axis that stands first where no letter says it
 * @returns longitude and latitude; undefined when the text is no pair, or could be cut in two ways (`41,31,69,24`)
 */
export function parsePair(value: unknown, first: Axis): readonly [number, number] | undefined {
  if (typeof value !== 'string' || value.length > 120) return undefined;
  const wkt = /^\s*POINT\s*\(\s*(-?[\d.]+)\s+(-?[\d.]+)\s*\)\s*$/i.exec(value);
  if (wkt) return [Number(wkt[1]), Number(wkt[2])];
  const text = value.trim().replace(/^[[(]|[\])]$/g, '');
  // A comma alone parts two numbers only where it cannot be decimal.
  const plain = /^([^,]*\.[^,]*),([^,]*\.[^,]*)$/.exec(text);
  const ways = plain ? [[plain[1], plain[2]]] : cuts.map((cut) => text.split(cut));
  for (const parts of ways) {
    if (parts.length !== 2) continue;
    const [one, other] = parts.map(parseDegrees);
    if (!one || !other || (one.axis !== undefined && one.axis === other.axis)) continue;
    const firstAxis = one.axis ?? (other.axis === undefined ? first : opposite(other.axis));
    return firstAxis === 'longitude' ? [one.value, other.value] : [other.value, one.value];
  }
  return undefined;
}

const opposite = (axis: Axis): Axis => (axis === 'longitude' ? 'latitude' : 'longitude');
