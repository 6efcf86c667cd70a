/** Signed notes: text, an empty line, signatures. C2SP signed-note. Ed25519 alone (type 1), and cosignatures (type 4). */
import { Problem } from '../../base/problem.ts';
import { fromBase64, toBase64, toHex } from './encoding.ts';
import type { Sha256 } from './merkle.ts';

export const signatureTypes = { ed25519: 1, cosignature: 4 } as const;

/** A key that is known: what `name+id+key` says. */
export type Verifier = {
  readonly name: string;
  /** Eight hexadecimal digits. */
  readonly id: string;
  readonly type: number;
  /** 32 bytes. */
  readonly key: Uint8Array;
};

export type NoteSignature = { readonly name: string; readonly id: string; readonly bytes: Uint8Array };
export type Note = {
  /** Ends in a newline. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
};

const signaturesMax = 100;
const nameIsFine = (name: string): boolean => name !== '' && !/[\s+\u0085]/u.test(name);

/** The first four bytes of SHA-256 over name, newline, type and key. */
export function keyId(sha256: Sha256, name: string, type: number, key: Uint8Array): string {
  const start = new TextEncoder().encode(`${name}\n`);
  const bytes = new Uint8Array(start.length + 1 + key.length);
  bytes.set(start);
  bytes[start.length] = type;
  bytes.set(key, start.length + 1);
  return toHex(sha256(bytes).subarray(0, 4));
}

export function verifierOf(sha256: Sha256, name: string, type: number, key: Uint8Array): Verifier {
  return { name, id: keyId(sha256, name, type, key), type, key };
}

/** `name+id+key`, as others are given it. */
export function formatVerifier({ name, id, type, key }: Verifier): string {
  return `${name}+${id}+${toBase64(Uint8Array.of(type, ...key))}`;
}

/** @throws Problem bad-data */
export function parseVerifier(sha256: Sha256, text: string): Verifier {
  const [name = '', id, ...encoded] = text.trim().split('+');
  const bytes = fromBase64(encoded.join('+'));
  const [type] = bytes ?? [];
  if (!nameIsFine(name) || bytes?.length !== 33 || type === undefined)
    throw new Problem('bad-data', `"${text.slice(0, 80)}" is no verifier key: wanted NAME+ID+KEY of an Ed25519 key`);
  const verifier = verifierOf(sha256, name, type, bytes.slice(1));
  if (verifier.id !== id) throw new Problem('bad-data', `the id of the verifier key ${name} does not fit its key`);
  return verifier;
}

/** @throws Problem bad-data with what is wrong */
export function parseNote(text: string): Note {
  const wrong = (what: string): never => {
    throw new Problem('bad-data', `no signed note: ${what}`);
  };
  // oxlint-disable-next-line no-control-regex -- control characters would let a note look like another on a terminal
  if (/[\u0000-\u0009\u000b-\u001f]/.test(text)) wrong('it holds control characters');
  const cut = text.lastIndexOf('\n\n');
  if (cut < 0 || !text.endsWith('\n')) wrong('there is no empty line before the signatures, or no newline at the end');
  const lines = text.slice(cut + 2, -1).split('\n');
  if (lines.length > signaturesMax) wrong(`it has more than ${signaturesMax} signatures`);
  return {
    text: text.slice(0, cut + 1),
    signatures: lines.map((line) => parseSignature(line) ?? wrong(`"${line.slice(0, 80)}" is no signature`)),
  };
}

export function parseSignature(line: string): NoteSignature | undefined {
  const [, name = '', encoded = ''] = /^\u2014 (\S+) (\S+)$/u.exec(line) ?? [];
  const bytes = fromBase64(encoded);
  if (!nameIsFine(name) || !bytes || bytes.length < 5) return undefined;
  return { name, id: toHex(bytes.subarray(0, 4)), bytes: bytes.slice(4) };
}

export function formatSignature({ name, id, bytes }: NoteSignature): string {
  const start = [0, 2, 4, 6].map((at) => Number.parseInt(id.slice(at, at + 2), 16));
  return `\u2014 ${name} ${toBase64(Uint8Array.of(...start, ...bytes))}\n`;
}

export const formatNote = ({ text, signatures }: Note): string =>
  `${text}\n${signatures.map(formatSignature).join('')}`;
