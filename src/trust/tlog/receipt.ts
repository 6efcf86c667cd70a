/** A receipt: the proof of an entry that carries the record and what opens it. Runs in browsers too. */
import { Problem } from '../../base/problem.ts';
import type { OpenedCheckpoint, VerifyEd25519 } from './checkpoint.ts';
import { entryBytes, entryOf, parseOpening, type Hmac, type Opening } from './entry.ts';
import type { Merkle } from './merkle.ts';
import type { Verifier } from './note.ts';
import { parseProof, verifyProof } from './proof.ts';

/** Whom the one who checks believes. */
export type Keys = { readonly log: readonly Verifier[]; readonly witnesses: readonly Verifier[] };
/** Hashes and signatures, as the runtime has them. */
export type Crypto = { readonly merkle: Merkle; readonly verify: VerifyEd25519; readonly hmac: Hmac };

/** What a receipt proves: the version that was logged, and the checkpoint that says so. */
export type Receipt = OpenedCheckpoint & { readonly index: number; readonly opening: Opening };

/** @throws Problem bad-data (no receipt), forbidden (signatures), conflict (the log does not hold this record) */
export function openReceipt(text: string, keys: Keys, crypto: Crypto): Receipt {
  const proof = parseProof(text);
  if (!proof.extra) throw new Problem('bad-data', 'the proof does not carry its record in a line "extra"');
  const opening = parseOpening(proof.extra);
  const opened = verifyProof(proof, entryBytes(entryOf(opening, crypto.hmac)), keys, crypto);
  return { ...opened, index: proof.index, opening };
}
