/** AES-256-GCM (NIST SP 800-38D) with random nonces. What is sealed opens under its own name only. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { Problem } from '../../base/problem.ts';

/** bytes */
export const keyLength = 32;
const nonceLength = 12;
const tagLength = 16;
/** The first byte of what is sealed, for a later way of sealing. */
const format = 1;

export const newKey = (): Buffer => randomBytes(keyLength);

/** @param about what it is and whose: authenticated, not kept */
export function seal(key: Uint8Array, plain: Uint8Array, about: readonly (string | number)[]): Buffer {
  const nonce = randomBytes(nonceLength);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagLength }).setAAD(nameOf(about));
  return Buffer.concat([Uint8Array.of(format), nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** @throws Problem bad-data: another key, another name, or a changed byte */
export function unseal(key: Uint8Array, sealed: Uint8Array, about: readonly (string | number)[]): Buffer {
  try {
    if (sealed[0] !== format || sealed.length < 1 + nonceLength + tagLength) throw new Error('no sealed bytes');
    const nonce = sealed.subarray(1, 1 + nonceLength);
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagLength })
      .setAAD(nameOf(about))
      .setAuthTag(sealed.subarray(-tagLength));
    return Buffer.concat([decipher.update(sealed.subarray(1 + nonceLength, -tagLength)), decipher.final()]);
  } catch {
    throw new Problem('bad-data', 'what lies in the vault does not open: another key, or it was changed');
  }
}

const nameOf = (about: readonly (string | number)[]): Buffer => Buffer.from(JSON.stringify(about));
