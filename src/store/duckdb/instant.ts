/**
 * Instants between ISO 8601 text and whole microseconds since 1970 UTC. A double holds them exactly until the year
 * 2255; history counts in them.
 */

const shape = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?Z$/;

export type Instant = {
  readonly us: number;
  /** Digits after the second in the text, 0 to 6, so that the same text can be given back. */
  readonly decimals: number;
};

/**
 * @param text ISO 8601 with an offset or `Z`; digits beyond the microsecond are cut
 * @returns undefined when the text is no instant
 */
export function parseInstant(text: string): Instant | undefined {
  const match = shape.exec(text);
  if (!match) {
    const ms = Date.parse(text.replace(',', '.'));
    return Number.isNaN(ms) ? undefined : { us: ms * 1000, decimals: ms % 1000 === 0 ? 0 : 3 };
  }
  const [, year, month, day, hour, minute, second, fraction = ''] = match;
  const whole = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  const digits = fraction.slice(0, 6);
  return { us: whole * 1000 + Number(digits.padEnd(6, '0')), decimals: digits.length };
}

/** The same for many texts in a row, of which most repeat the one before. */
export function instantReader(): (text: string) => Instant | undefined {
  let lastText: string | undefined;
  let last: Instant | undefined;
  return (text) => {
    if (text !== lastText) {
      last = parseInstant(text);
      lastText = text;
    }
    return last;
  };
}

/** @param decimals digits after the second, 0 to 6 */
export function formatInstant(us: number, decimals: number): string {
  const seconds = Math.floor(us / 1e6);
  const text = new Date(seconds * 1000).toISOString().slice(0, -5);
  if (decimals === 0) return `${text}Z`;
  const fraction = String(Math.round(us - seconds * 1e6)).padStart(6, '0');
  return `${text}.${fraction.slice(0, decimals)}Z`;
}
