/** Fields that feeds of several kinds have: addresses, paces, secrets. */
import { readFile } from 'node:fs/promises';
import { Problem } from '../../base/problem.ts';
import type { Cursor } from '../mapping/cursor.ts';

/** The URL that stands there; a fault when it is none, or of another protocol. */
export function urlAt(at: Cursor, protocols: readonly string[], fallback?: string): string {
  const text = at.text(fallback);
  const url = URL.parse(text);
  if (text !== '' && (!url || !protocols.includes(url.protocol))) {
    at.fault(`a URL that begins with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`);
  }
  return text;
}

/** Seconds between two requests. */
export function everyAt(at: Cursor, fallbackS: number, leastS = 1): number {
  const seconds = at.number(fallbackS);
  if (seconds < leastS || seconds > 86_400) at.fault(`seconds between ${leastS} and 86400`);
  return seconds;
}

/** A whole number within bounds. */
export function wholeAt(at: Cursor, fallback: number, from: number, to: number): number {
  const n = at.number(fallback);
  if (!Number.isInteger(n) || n < from || n > to) at.fault(`a whole number from ${from} to ${to}`);
  return n;
}

/** Where a secret is kept: never in the mapping file itself. */
export type Secret = { readonly file?: string; readonly env?: string };

/** `passwordFile` or `passwordEnv`: a file that holds the secret alone, or the name of an environment variable. */
export function secretAt(at: Cursor, name: string): Secret | undefined {
  const file = at.at(`${name}File`);
  const env = at.at(`${name}Env`);
  if (at.at(name).given) at.at(name).fault(`${name}File or ${name}Env: secrets do not stand in this file`, 'a secret');
  if (file.given && env.given) env.fault(`only one of ${name}File and ${name}Env`);
  if (file.given) return { file: file.text() };
  if (env.given) return { env: env.text() };
  return undefined;
}

/** @throws Problem not-found that names the file or variable, never what is in it */
export async function readSecret(secret: Secret, environment = process.env): Promise<string> {
  if (secret.env !== undefined) {
    const value = environment[secret.env];
    if (value === undefined || value === '') throw new Problem('not-found', `the variable ${secret.env} is not set`);
    return value;
  }
  try {
    return (await readFile(secret.file ?? '', 'utf8')).replace(/\r?\n$/, '');
  } catch (error) {
    const { code = 'error' } = error as NodeJS.ErrnoException;
    throw new Problem('not-found', `the file ${secret.file} cannot be read (${code})`);
  }
}
