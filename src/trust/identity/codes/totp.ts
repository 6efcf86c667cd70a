/** Time-based one-time passwords (RFC 6238) as every authenticator app speaks them: SHA-1, six digits, thirty seconds. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { toBase32 } from './base32.ts';

/** Of a secret: as long as the hash (RFC 4226, 4: at least 16). */
export const secretBytes = 20;

const stepMs = 30_000;
const digits = 6;
/** Steps before and after the present one whose code is taken: phones' clocks differ (RFC 6238, 5.2). */
const steps = [-1, 0, 1];

export const stepAt = (nowMs: number): number => Math.floor(nowMs / stepMs);

/** The code of a step (RFC 4226, 5.3). */
export function totpCode(secret: Uint8Array, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', secret).update(counter).digest();
  const offset = (mac.at(-1) ?? 0) & 15;
  const number = mac.readUInt32BE(offset) & 0x7f_ff_ff_ff;
  return String(number % 10 ** digits).padStart(digits, '0');
}

/**
 * Looks for the step that a code is of. All are compared, whether one has matched or not.
 * @param lastStep of the code that was taken last: it and all before it are used up
 * @returns the step, to be kept as `lastStep`; undefined: no code of now
 */
export function matchTotp(secret: Uint8Array, code: string, nowMs: number, lastStep: number): number | undefined {
  const given = code.replaceAll(/\s/g, '');
  if (!/^\d{6}$/.test(given)) return undefined;
  const now = stepAt(nowMs);
  let matched: number | undefined;
  for (const step of steps.map((offset) => now + offset)) {
    const isSame = timingSafeEqual(Buffer.from(totpCode(secret, step)), Buffer.from(given));
    if (isSame && step > lastStep) matched = step;
  }
  return matched;
}

/** What an app reads from a link or a picture (the `otpauth` scheme that authenticator apps share). */
export function totpUri(secret: Uint8Array, issuer: string, account: string): string {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(account)}`;
  const query = new URLSearchParams({ secret: toBase32(secret), issuer, algorithm: 'SHA1', digits: '6', period: '30' });
  return `otpauth://totp/${label}?${query.toString().replaceAll('+', '%20')}`;
}
