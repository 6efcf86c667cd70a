/**
 * A witness: somebody outside who remembers the largest tree that a log has shown, and signs a new one only when it contains
 * it. What it has seen is kept before it signs; two trees that do not contain one another, both signed by the log, are proof
 * that the log tells different people different things.
 */
import { Problem } from '../../base/problem.ts';
import type { OpenedCheckpoint } from './checkpoint.ts';
import { tree, type Signer } from './keys.ts';
import { formatNote, formatSignature, type Verifier } from './note.ts';
import { hashesIn, type ReadPath } from './source.ts';
import { readCheckpoint } from './verify.ts';

/** What a witness remembers of one log: the last checkpoint that it signed. */
export type Memory = {
  load(): Promise<string | undefined>;
  /** Durable when it resolves. */
  save(checkpoint: string): Promise<void>;
};

export type Looked =
  | {
      readonly outcome: 'consistent';
      readonly checkpoint: OpenedCheckpoint['checkpoint'];
      /** Of the tree seen before; 0: none was. */
      readonly before: number;
      /** The checkpoint's text and the signature of this witness, for the log. */
      readonly cosigned: string;
    }
  | {
      /** The log has taken something back, or shows others another tree. */
      readonly outcome: 'inconsistent';
      readonly why: string;
      readonly seen: string;
      readonly shown: string;
    };

/**
 * Looks at a log once.
 * @param now seconds since 1970
 * @throws Problem forbidden (not signed by the log), bad-data, not-found (tiles that a checkpoint needs)
 */
export async function look(options: {
  read: ReadPath;
  log: Verifier;
  signer: Signer;
  memory: Memory;
  now: number;
}): Promise<Looked> {
  const { read, log, signer, memory, now } = options;
  const keys = { log: [log], witnesses: [] };
  const seenText = await memory.load();
  const shown = await readCheckpoint(read, keys);
  const shownText = formatNote(shown.note);
  const { size, root } = shown.checkpoint;
  let before = 0;
  if (seenText !== undefined) {
    const seen = await readCheckpoint(async () => new TextEncoder().encode(seenText), keys);
    before = seen.checkpoint.size;
    const why = await doubt(read, seen.checkpoint, shown.checkpoint);
    if (why !== undefined) return { outcome: 'inconsistent', why, seen: seenText, shown: shownText };
  }
  if (Buffer.compare(await tree.root(size, hashesIn(read, size)), root) !== 0)
    throw new Problem('bad-data', 'the tiles of the log are not those of its checkpoint');
  const signature = signer.cosign(shown.note.text, now);
  await memory.save(formatNote({ text: shown.note.text, signatures: [...shown.note.signatures, signature] }));
  return {
    outcome: 'consistent',
    checkpoint: shown.checkpoint,
    before,
    cosigned: `${shown.note.text}\n${formatSignature(signature)}`,
  };
}

type Head = OpenedCheckpoint['checkpoint'];

/** Why the tree that is shown does not contain the one seen; undefined when it does. */
async function doubt(read: ReadPath, seen: Head, shown: Head): Promise<string | undefined> {
  if (seen.origin !== shown.origin) return `the log calls itself ${shown.origin}, and was ${seen.origin}`;
  if (shown.size < seen.size) return `the log has ${shown.size} entries, and had ${seen.size}`;
  const proof = await tree.consistency(seen.size, shown.size, hashesIn(read, shown.size));
  if (tree.isConsistent(proof, seen, shown)) return undefined;
  return shown.size === seen.size
    ? `the log shows two trees of ${seen.size} entries`
    : `the tree of ${shown.size} entries does not contain the one of ${seen.size} that was seen before`;
}
