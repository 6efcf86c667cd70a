import { randomBytes } from 'node:crypto';

/** Makes ids; passed in, so that tests count and a simulation is seeded. */
export type NewId = () => string;

const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** 10 random Crockford base32 characters (50 bits): public ids say nothing about when they were made. */
export const randomId: NewId = () => {
  const bytes = randomBytes(10);
  let id = '';
  for (const byte of bytes) id += crockford[byte & 31];
  return id;
};

/** `id1`, `id2`, ... for tests. */
export function countedIds(prefix = 'id'): NewId {
  let n = 0;
  return () => `${prefix}${++n}`;
}
