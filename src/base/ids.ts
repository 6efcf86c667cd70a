import { createHash, randomBytes } from 'node:crypto';

/** Makes ids; passed in, so that tests count and a simulation is seeded. */
export type NewId = () => string;

const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** 10 random Crockford base32 characters (50 bits): public ids say nothing about when they were made. */
export const randomId: NewId = () => spelled(randomBytes(10));

/** The id of what these words say, always the same: the same thing is never made twice. */
export const idOfWords = (...words: readonly (string | number)[]): string =>
  spelled(createHash('sha256').update(JSON.stringify(words)).digest().subarray(0, 10));

const spelled = (bytes: Uint8Array): string => Array.from(bytes, (byte) => crockford[byte & 31]).join('');

/** `id1`, `id2`, ... for tests. */
export function countedIds(prefix = 'id'): NewId {
  let n = 0;
  return () => `${prefix}${++n}`;
}
