/** Writing CSV (RFC 4180). */

/** Quoted where the delimiter, a quote or a line's end stands in it. */
export function csvQuoted(text: string, delimiter = ','): string {
  return text.includes(delimiter) || /["\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A text that a spreadsheet would run as a formula gets an apostrophe before it; numbers stay numbers. */
export function csvCell(value: string | number | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const isFormula = /^[=+\-@\t\r]/.test(value) && !/^[+-]?\d+(\.\d+)?$/.test(value);
  return csvQuoted(isFormula ? `'${value}` : value);
}
