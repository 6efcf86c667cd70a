/** A proof that an entry stands in a log, as a text that can be checked without asking anybody. C2SP tlog-proof. */
import { Problem } from '../../base/problem.ts';
import { openCheckpoint, parseCheckpointText, type OpenedCheckpoint, type VerifyEd25519 } from './checkpoint.ts';
import { fromBase64, toBase64 } from './encoding.ts';
import { hashBytes, type Hash, type Merkle } from './merkle.ts';
import { parseNote, type Verifier } from './note.ts';

export type LogProof = {
  readonly index: number;
  readonly hashes: readonly Hash[];
  /** As the log published it. */
  readonly checkpoint: string;
  /** Not covered by any signature. */
  readonly extra?: Uint8Array;
};

const firstLine = 'c2sp.org/tlog-proof@v1';
/** A tree of 2^53 leaves is no higher. */
const hashesMax = 63;

export function formatProof({ index, hashes, checkpoint, extra }: LogProof): string {
  const lines = [firstLine, ...(extra ? [`extra ${toBase64(extra)}`] : []), `index ${index}`, ...hashes.map(toBase64)];
  return `${lines.join('\n')}\n\n${checkpoint}`;
}

/** @throws Problem bad-data with the line */
export function parseProof(text: string): LogProof {
  const cut = text.indexOf('\n\n');
  const lines = text.slice(0, Math.max(cut, 0)).split('\n');
  const wrong = (line: number, wanted: string): never => {
    throw new Problem('bad-data', `no proof: wanted ${wanted}`, `line ${line + 1}`);
  };
  if (cut < 0 || lines[0] !== firstLine) wrong(0, `"${firstLine}", and an empty line before the checkpoint`);
  let at = 1;
  let extra: Uint8Array | undefined;
  const [, encoded] = /^extra (\S+)$/.exec(lines[at] ?? '') ?? [];
  if (encoded !== undefined) extra = fromBase64(encoded) ?? wrong(at, 'base64 after "extra"');
  if (encoded !== undefined) at++;
  const [, index] = /^index (0|[1-9]\d{0,15})$/.exec(lines[at] ?? '') ?? wrong(at, '"index" and a number');
  const hashes = lines.slice(at + 1).map((line, hash) => {
    const bytes = fromBase64(line);
    return bytes?.length === hashBytes ? bytes : wrong(at + 1 + hash, 'a hash of 32 bytes in base64');
  });
  if (hashes.length > hashesMax) wrong(at + 1 + hashesMax, `at most ${hashesMax} hashes`);
  const checkpoint = text.slice(cut + 2);
  parseCheckpointText(parseNote(checkpoint).text);
  return { index: Number(index), hashes, checkpoint, ...(extra && { extra }) };
}

/**
 * Checks that the entry stands in the log that signed the proof's checkpoint.
 * @throws Problem bad-data, forbidden (signatures), conflict (the entry does not stand there)
 */
export function verifyProof(
  proof: LogProof,
  entry: Uint8Array,
  keys: { readonly log: readonly Verifier[]; readonly witnesses: readonly Verifier[] },
  { merkle, verify }: { readonly merkle: Merkle; readonly verify: VerifyEd25519 },
): OpenedCheckpoint {
  const opened = openCheckpoint(proof.checkpoint, keys, verify);
  const { size, root, origin } = opened.checkpoint;
  if (!merkle.includes(proof.hashes, merkle.leaf(entry), proof.index, size, root))
    throw new Problem('conflict', `the log ${origin} does not hold this entry at ${proof.index}`);
  return opened;
}
