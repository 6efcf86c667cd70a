/** Ed25519 keys of a log or a witness, by node:crypto. The private one is a file of one line, as other tools of the field read it. */
import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  randomBytes,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto';
import { Problem } from '../../base/problem.ts';
import { cosignatureBytes, cosignedMessage, type VerifyEd25519 } from './checkpoint.ts';
import { fromBase64, toBase64 } from './encoding.ts';
import type { Hmac } from './entry.ts';
import { merkle, type Sha256 } from './merkle.ts';
import { signatureTypes, verifierOf, type NoteSignature, type Verifier } from './note.ts';

export const sha256: Sha256 = (bytes) => createHash('sha256').update(bytes).digest();
export const tree = merkle(sha256);

/** DER before the 32 bytes of a key (RFC 8410). */
const privateStart = Buffer.from('302e020100300506032b657004220420', 'hex');
const publicStart = Buffer.from('302a300506032b6570032100', 'hex');

export const verifyEd25519: VerifyEd25519 = (key, message, signature) =>
  signature.length === 64 &&
  verify(
    null,
    message,
    createPublicKey({ key: Buffer.concat([publicStart, key]), format: 'der', type: 'spki' }),
    signature,
  );

export type Signer = {
  readonly verifier: Verifier;
  /** A signature of a note's text (type 1). */
  sign(text: string): NoteSignature;
  /** A witness's of a checkpoint's text, at a time in seconds since 1970 (type 4). */
  cosign(text: string, timestamp: number): NoteSignature;
};

/** A new private key as `PRIVATE+KEY+name+id+base64(type, seed)`. */
export function newPrivateKey(name: string, type: number, random: (bytes: number) => Uint8Array = randomBytes): string {
  return formatPrivateKey(name, type, random(32));
}

function formatPrivateKey(name: string, type: number, seed: Uint8Array): string {
  const { verifier } = signerOf(name, type, seed);
  return `PRIVATE+KEY+${name}+${verifier.id}+${toBase64(Uint8Array.of(type, ...seed))}`;
}

/** @throws Problem bad-data; the message never holds the key */
export function openSigner(text: string): Signer {
  const [word, kind, name = '', id, ...encoded] = text.trim().split('+');
  const bytes = fromBase64(encoded.join('+'));
  const [type] = bytes ?? [];
  if (
    word !== 'PRIVATE' ||
    kind !== 'KEY' ||
    bytes?.length !== 33 ||
    (type !== signatureTypes.ed25519 && type !== signatureTypes.cosignature)
  )
    throw new Problem('bad-data', 'no private key: wanted PRIVATE+KEY+NAME+ID+KEY of an Ed25519 key');
  const signer = signerOf(name, type, bytes.subarray(1));
  if (signer.verifier.id !== id)
    throw new Problem('bad-data', `the id of the private key of ${name} does not fit its key`);
  return signer;
}

function signerOf(name: string, type: number, seed: Uint8Array): Signer {
  const key = createPrivateKey({ key: Buffer.concat([privateStart, seed]), format: 'der', type: 'pkcs8' });
  const verifier = verifierOf(sha256, name, type, publicBytes(key));
  const signature = (bytes: Uint8Array): NoteSignature => ({ name, id: verifier.id, bytes });
  return {
    verifier,
    sign: (text) => signature(sign(null, Buffer.from(text), key)),
    cosign: (text, timestamp) =>
      signature(cosignatureBytes(timestamp, sign(null, cosignedMessage(text, timestamp), key))),
  };
}

const publicBytes = (key: KeyObject): Uint8Array =>
  new Uint8Array(createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(publicStart.length));

export const hmac: Hmac = (key, message) => createHmac('sha256', key).update(message).digest();
