/** One-time codes on paper, for whoever has lost the phone. */
import { createHash } from 'node:crypto';

export const printedCount = 10;

/** 16 characters of 5 bits: nobody finds them from their hashes, so that a fast hash suffices. */
const characters = 16;
/** Crockford's: without letters that look like digits. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** @param random gives so many random bytes @returns `4TZ8-0QXN-...`, to be shown once */
export const printedCodes = (random: (bytes: number) => Uint8Array): readonly string[] =>
  Array.from({ length: printedCount }, () =>
    Array.from(random(characters), (byte, at) => `${at > 0 && at % 4 === 0 ? '-' : ''}${alphabet[byte & 31]}`).join(''),
  );

/**
 * What is kept of a code, and what a typed one is looked up by: without dashes and spaces, O and I and L as the digits
 * that they were. The account is hashed along, so that equal codes of two accounts do not look alike.
 * @returns undefined: this is no such code
 */
export function printedHash(account: string, typed: string): Uint8Array | undefined {
  const code = typed.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1');
  if (!/^[0-9A-HJKMNP-TV-Z]{16}$/.test(code)) return undefined;
  return createHash('sha256').update(`printed code\0${account}\0${code}`).digest();
}
