/** CSV (RFC 4180) that a spreadsheet may open. */

/** Quoted where the delimiter, a quote or a line's end stands in it. */
export function csvQuoted(text: string, delimiter = ','): string {
  return text.includes(delimiter) || /["\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** What a spreadsheet would run as a formula, or as one after an apostrophe that it was protected with (ASVS 1.2.10). */
// oxlint-disable-next-line no-control-regex -- spreadsheets skip these before a formula
const formula = /^'*[=+\-@\t\r\n\0]/;
const number = /^[+-]?\d+(\.\d+)?$/;

/** A text that a spreadsheet would run as a formula gets an apostrophe before it; numbers stay numbers. */
export function csvCell(value: string | number | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(value);
  return csvQuoted(formula.test(value) && !number.test(value) ? `'${value}` : value);
}

/** The text that `csvCell` protected, as it was before. */
export const csvPlain = (text: string): string => (text.startsWith("'") && formula.test(text) ? text.slice(1) : text);
