/** Passwords: what they have to be (OWASP ASVS 5.0.0, 6.2), and how they are kept (11.4.2): argon2id, off the main thread. */
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { Problem } from '../../base/problem.ts';
import { commonWords } from './commonWords.ts';

export const passwordMin = 12;
export const passwordMax = 256;
/** Of what is left when the words that everybody thinks of are taken out. */
const ownMin = 5;

/**
 * No rule of composition: long, and not what others would try first.
 * @param words of the person and the city, which others know
 * @throws Problem bad-data, field `password`
 */
export function checkPassword(password: string, words: readonly string[]): void {
  const { length } = Array.from(password);
  if (length < passwordMin || length > passwordMax)
    throw new Problem('bad-data', `a password has ${passwordMin} to ${passwordMax} characters`, 'password');
  const own = [...words.flatMap((word) => word.toLowerCase().split(/[^\p{L}\p{N}]+/u)), ...commonWords]
    .filter((word) => word.length >= 3)
    .sort((one, other) => other.length - one.length);
  let left = password.toLowerCase();
  for (const word of own) left = left.replaceAll(word, ' ');
  // Years and separators are what such words are lengthened with.
  left = left.replaceAll(/(?:19|20)\d\d/g, '').replaceAll(/[^\p{L}\p{N}]/gu, '');
  if (new Set(left).size < ownMin)
    throw new Problem('bad-data', 'this password is made of what others would try first', 'password');
}

type Parameters = { readonly memory: number; readonly passes: number; readonly parallelism: number };
/** OWASP Password Storage Cheat Sheet: at least 19 MiB, two passes, one lane. `memory` in KiB. */
const current: Parameters = { memory: 19_456, passes: 2, parallelism: 1 };
const tagLength = 32;

/** Derives a key; passed in so that a test counts. */
export type Derive = (password: string, salt: Uint8Array, parameters: Parameters) => Promise<Buffer>;

const run = promisify(argon2);
export const argon2id: Derive = (message, nonce, parameters) =>
  run('argon2id', { message, nonce, tagLength, ...parameters });

export type Passwords = {
  /** `$argon2id$v=19$m=19456,t=2,p=1$salt$hash`. @throws Problem overloaded */
  hash(password: string): Promise<string>;
  /** Costs the same when nobody is known. @throws Problem overloaded */
  verify(password: string, known: string | undefined): Promise<boolean>;
};

/** Each takes 19 MiB and a thread that others wait for, such as those who sync files. */
const atOnce = 2;
const waitingMax = 64;

export function openPasswords(derive: Derive = argon2id): Passwords {
  let running = 0;
  const waiting: (() => void)[] = [];
  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    if (running >= atOnce) {
      if (waiting.length >= waitingMax)
        throw new Problem('overloaded', 'too many passwords are being checked; try again');
      await new Promise<void>((go) => waiting.push(go));
    } else running++;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
  return {
    async hash(password) {
      const salt = randomBytes(16);
      const tag = await inTurn(() => derive(password, salt, current));
      const { memory, passes, parallelism } = current;
      return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${encode(salt)}$${encode(tag)}`;
    },
    async verify(password, known) {
      const kept = known === undefined ? undefined : parseHash(known);
      const { salt = randomBytes(16), tag = randomBytes(tagLength), parameters = current } = kept ?? {};
      const found = await inTurn(() => derive(password, salt, parameters));
      return timingSafeEqual(found, tag) && kept !== undefined;
    },
  };
}

const encode = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64').replaceAll('=', '');

function parseHash(text: string): { salt: Buffer; tag: Buffer; parameters: Parameters } {
  const [, memory, passes, parallelism, salt = '', tag = ''] =
    /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([^$]+)\$([^$]+)$/.exec(text) ?? [];
  if (memory === undefined)
    throw new Problem('bad-data', 'trust.db holds a password hash that this program cannot read');
  return {
    salt: Buffer.from(salt, 'base64'),
    tag: Buffer.from(tag, 'base64'),
    parameters: { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) },
  };
}
