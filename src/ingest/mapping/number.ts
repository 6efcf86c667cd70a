/** Which sign parts the decimals; the other one, spaces and apostrophes may part thousands. */
export const decimals = [',', '.'] as const;
export type Decimal = (typeof decimals)[number];

const written = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$/;
/** Also the narrow, the thin and the no-break space, which spreadsheets write between thousands. */
const spaced = /^[+-]?\d{1,3}(?:[ \u00a0\u202f\u2009'’]\d{3})+(?![\d'’ ])/;
const dotted = /^[+-]?\d{1,3}(?:\.\d{3})+(?=,|$)/;
const commaed = /^[+-]?\d{1,3}(?:,\d{3})+(?=\.|$)/;

/**
 * A decimal number written out: `12.5`, `12,5`, `1 234,5`; not "", "0x1F", "Infinity".
 * @param decimal undefined: a comma may stand for the point, and no sign but spaces parts thousands
 */
export function textNumber(value: unknown, decimal?: Decimal): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || value.length > 40) return undefined;
  let text = value.trim();
  // Most numbers are plain ones.
  if (decimal !== ',' && written.test(text)) return Number(text);
  text = text.replace('\u2212', '-').replace(spaced, (thousands) => thousands.replace(/[^\d+-]/g, ''));
  if (decimal === ',') {
    text = text.replace(dotted, (thousands) => thousands.replaceAll('.', ''));
    if (text.includes('.')) return undefined;
    text = text.replace(',', '.');
  } else if (decimal === '.') text = text.replace(commaed, (thousands) => thousands.replaceAll(',', ''));
  else text = text.replace(',', '.');
  return written.test(text) ? Number(text) : undefined;
}
