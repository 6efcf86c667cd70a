/** Checkpoints: the head of a log, signed by it and by witnesses. C2SP tlog-checkpoint, tlog-cosignature. */
import { Problem } from '../../base/problem.ts';
import { fromBase64, toBase64 } from './encoding.ts';
import { hashBytes, type TreeHead } from './merkle.ts';
import { parseNote, signatureTypes, type Note, type NoteSignature, type Verifier } from './note.ts';

export type Checkpoint = TreeHead & {
  /** Which log. */
  readonly origin: string;
};

/** Whether the bytes are the key's Ed25519 signature of the message. */
export type VerifyEd25519 = (key: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;

/** A witness's word: at this time (seconds since 1970) this was the largest head that it had seen, and consistent. */
export type Cosigned = { readonly verifier: Verifier; readonly timestamp: number; readonly signature: NoteSignature };

/** The text that is signed. */
export const checkpointText = ({ origin, size, root }: Checkpoint): string => `${origin}\n${size}\n${toBase64(root)}\n`;

/** @throws Problem bad-data */
export function parseCheckpointText(text: string): Checkpoint {
  const [origin = '', size = '', root = '', ...extensions] = text.slice(0, -1).split('\n');
  const bytes = fromBase64(root);
  if (
    origin === '' ||
    !/^(0|[1-9]\d{0,15})$/.test(size) ||
    !Number.isSafeInteger(Number(size)) ||
    bytes?.length !== hashBytes
  )
    throw new Problem('bad-data', 'no checkpoint: wanted an origin, a size and a root hash, each in its line');
  if (extensions.includes('')) throw new Problem('bad-data', 'no checkpoint: it has an empty line');
  return { origin, size: Number(size), root: bytes };
}

export type OpenedCheckpoint = {
  readonly checkpoint: Checkpoint;
  readonly note: Note;
  readonly cosigned: readonly Cosigned[];
};

/**
 * Reads a checkpoint and checks who signed it. Signatures of keys that are not known are passed over.
 * @param log the keys of the log; @param witnesses those that are trusted to have looked
 * @throws Problem bad-data (no checkpoint), forbidden (a known key's signature is wrong, or the log did not sign)
 */
export function openCheckpoint(
  text: string,
  keys: { readonly log: readonly Verifier[]; readonly witnesses: readonly Verifier[] },
  verify: VerifyEd25519,
): OpenedCheckpoint {
  const note = parseNote(text);
  const checkpoint = parseCheckpointText(note.text);
  const cosigned: Cosigned[] = [];
  let signed = false;
  for (const signature of note.signatures) {
    const isOf = ({ name, id }: Verifier): boolean => name === signature.name && id === signature.id;
    const log = keys.log.find(isOf);
    if (log) {
      if (!verify(log.key, new TextEncoder().encode(note.text), signature.bytes))
        throw new Problem('forbidden', `the signature of ${log.name} does not fit the checkpoint`);
      signed ||= log.name === checkpoint.origin;
    }
    const witness = keys.witnesses.find(isOf);
    if (witness && witness.type === signatureTypes.cosignature)
      cosigned.push(openCosignature(note.text, signature, witness, verify));
  }
  if (!signed)
    throw new Problem(
      'forbidden',
      `the log ${checkpoint.origin} has not signed the checkpoint with a key that is trusted`,
    );
  return { checkpoint, note, cosigned };
}

/** What a witness signs: a header, the time and the checkpoint's text. */
export const cosignedMessage = (text: string, timestamp: number): Uint8Array =>
  new TextEncoder().encode(`cosignature/v1\ntime ${timestamp}\n${text}`);

/** The bytes of a cosignature: the time in eight, most significant first, then the signature. */
export function cosignatureBytes(timestamp: number, signature: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(8 + signature.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(timestamp));
  bytes.set(signature, 8);
  return bytes;
}

/** @throws Problem forbidden when it is not the witness's */
export function openCosignature(
  text: string,
  signature: NoteSignature,
  verifier: Verifier,
  verify: VerifyEd25519,
): Cosigned {
  const { bytes } = signature;
  const timestamp = bytes.length === 72 ? Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0)) : -1;
  if (
    !Number.isSafeInteger(timestamp) ||
    timestamp <= 0 ||
    !verify(verifier.key, cosignedMessage(text, timestamp), bytes.subarray(8))
  )
    throw new Problem('forbidden', `the cosignature of ${verifier.name} does not fit the checkpoint`);
  return { verifier, timestamp, signature };
}
