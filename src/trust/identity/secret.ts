import { createHash, hash, randomBytes, timingSafeEqual } from 'node:crypto';

/** Makes secrets that nobody guesses: 256 bits in 43 letters, digits, `-` and `_`. */
export type NewSecret = () => string;
export const randomSecret: NewSecret = () => randomBytes(32).toString('base64url');

/** What stands in the place of a secret: SHA-256, hex. A secret of 256 bits needs no slow hash. */
export const hashOf = (secret: string): string => hash('sha256', secret);

/** Compares in a time that tells nothing. */
export function isSecret(secret: string, known: string): boolean {
  return timingSafeEqual(Buffer.from(hashOf(secret)), Buffer.from(known));
}

/** The token that forms of a session carry; whoever knows it does not know the session's secret. */
export const csrfOf = (secret: string): string =>
  createHash('sha256').update('csrf\0').update(secret).digest('base64url');
