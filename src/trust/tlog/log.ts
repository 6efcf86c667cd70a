/**
 * The log on disk: static files as C2SP tlog-tiles names them, so that a copy of the directory, or any file server, is the
 * log too. Tiles are synced before the checkpoint that speaks of them.
 */
import { mkdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Problem } from '../../base/problem.ts';
import { sync, writeDurably } from '../../store/index.ts';
import { oneAtATime } from '../../base/queue.ts';
import { checkpointText, openCheckpoint, parseCheckpointText, type OpenedCheckpoint } from './checkpoint.ts';
import { sha256, tree, verifyEd25519, type Signer } from './keys.ts';
import { hashBytes, type Hash } from './merkle.ts';
import { formatNote, parseNote, parseSignature, type Verifier } from './note.ts';
import type { LogProof } from './proof.ts';
import { hashesIn, inDirectory, readWhole, tilesOf, type ReadPath } from './source.ts';
import { bundle, entryMax, newTiles, subtree, tilePath, tileWidth, unbundle } from './tiles.ts';

export type Log = {
  readonly verifier: Verifier;
  readonly witnesses: readonly Verifier[];
  size(): number;
  /** The newest checkpoint. */
  head(): OpenedCheckpoint & { readonly text: string };
  /** The newest checkpoint that somebody outside has signed. */
  witnessed(): (OpenedCheckpoint & { readonly text: string }) | undefined;
  /** Adds entries; durable, with a checkpoint, when it resolves. */
  append(entries: readonly Uint8Array[]): Promise<void>;
  /** Up to `limit` entries from an index on. */
  entries(from: number, limit: number): Promise<readonly Uint8Array[]>;
  /** @throws Problem not-found */
  prove(index: number): Promise<LogProof>;
  /**
   * Takes a witness's signature of the newest checkpoint.
   * @throws Problem forbidden (not a witness of this log, or a wrong signature), conflict (of another checkpoint)
   */
  cosign(checkpoint: string, line: string): Promise<void>;
  /** The static files. */
  readonly read: ReadPath;
};

/** @throws Problem bad-data when the files are not what the checkpoint says */
export async function openLog(options: {
  directory: string;
  signer: Signer;
  witnesses: readonly Verifier[];
}): Promise<Log> {
  const { directory, signer, witnesses } = options;
  const { verifier } = signer;
  const keys = { log: [verifier], witnesses };
  const read = inDirectory(directory);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  /** undefined: this key has not signed it. */
  const openOwn = (bytes: Uint8Array): (OpenedCheckpoint & { text: string }) | undefined => {
    const text = new TextDecoder().decode(bytes);
    try {
      return { ...openCheckpoint(text, keys, verifyEd25519), text };
    } catch (error) {
      if (error instanceof Problem && error.kind === 'forbidden') return undefined;
      throw error;
    }
  };
  const signedAgain = (bytes: Uint8Array): OpenedCheckpoint & { text: string } => {
    const { size, root } = parseCheckpointText(parseNote(new TextDecoder().decode(bytes)).text);
    return signed(size, root);
  };
  const signed = (size: number, root: Hash): OpenedCheckpoint & { text: string } => {
    const text = checkpointText({ origin: verifier.name, size, root });
    const note = formatNote({ text, signatures: [signer.sign(text)] });
    return { ...openCheckpoint(note, keys, verifyEd25519), text: note };
  };
  const kept = await read('checkpoint');
  // Signed by another key: the tree goes on under the new one, which is told in the log itself.
  const known = kept && (openOwn(kept) ?? signedAgain(kept));
  let head = known ?? signed(0, sha256(new Uint8Array()));
  const keptWitnessed = await read('witnessed');
  let witnessed = keptWitnessed && openOwn(keptWitnessed);
  let edge: Edge | undefined = await openEdge(read, head.checkpoint.size);
  await requireRoot(read, head);
  if (!kept || head.text !== new TextDecoder().decode(kept))
    await writeDurably(directory, 'checkpoint', Buffer.from(head.text));

  /** A cosignature and a new checkpoint must not overtake each other on their way to the disk. */
  const inTurn = oneAtATime();
  return {
    verifier,
    witnesses,
    read,
    size: () => head.checkpoint.size,
    head: () => head,
    witnessed: () => witnessed,
    append: (entries) =>
      inTurn(async () => {
        const tooLong = entries.find((bytes) => bytes.length > entryMax);
        if (tooLong) throw new RangeError(`an entry of the log has ${tooLong.length} bytes`);
        if (entries.length === 0) return;
        // Without one until all is written: after a failure it is read from the files again, which hold what the head says.
        const grown = edge ?? (await openEdge(read, head.checkpoint.size));
        edge = undefined;
        const from = grown.size;
        for (const bytes of entries) grown.add(bytes);
        await writeTiles(directory, grown, from);
        const next = signed(grown.size, await tree.root(grown.size, hashesIn(read, grown.size)));
        await writeDurably(directory, 'checkpoint', Buffer.from(next.text));
        head = next;
        edge = grown;
      }),
    async entries(from, limit) {
      const { size } = head.checkpoint;
      const end = Math.min(size, from + limit);
      const found: Uint8Array[] = [];
      for (let index = Math.floor(from / tileWidth); index * tileWidth < end; index++) {
        const first = index * tileWidth;
        const name = { level: 'entries', index, width: Math.min(tileWidth, size - first) } as const;
        const { bytes } = await readWhole(read, name);
        found.push(...unbundle(bytes).slice(Math.max(from - first, 0), end - first));
      }
      return found;
    },
    async prove(index) {
      const { size } = head.checkpoint;
      if (!Number.isSafeInteger(index) || index < 0 || index >= size)
        throw new Problem('not-found', `the log has ${size} entries, and no number ${index}`);
      // A proof that somebody outside stands behind is worth more than one of the newest head.
      const base = witnessed && index < witnessed.checkpoint.size ? witnessed : head;
      const hashes = await tree.inclusion(index, base.checkpoint.size, hashesIn(read, base.checkpoint.size));
      return { index, hashes, checkpoint: base.text };
    },
    cosign: (text, line) =>
      inTurn(async () => {
        const signature = parseSignature(line.trimEnd());
        const isKnown = witnesses.some(({ name, id }) => name === signature?.name && id === signature.id);
        if (!signature || !isKnown) throw new Problem('forbidden', 'no witness of this log has that key');
        if (text !== head.note.text) throw new Problem('conflict', 'the log has another checkpoint by now: ask again');
        const others = (witnessed?.note.text === text ? witnessed : head).note.signatures.filter(
          ({ name, id }) => name !== signature.name || id !== signature.id,
        );
        const note = formatNote({ text, signatures: [...others, signature] });
        const now = { ...openCheckpoint(note, keys, verifyEd25519), text: note };
        await writeDurably(directory, 'checkpoint', Buffer.from(note));
        await writeDurably(directory, 'witnessed', Buffer.from(note));
        head = now;
        witnessed = now;
      }),
  };
}

/** The right edge of the tree: of each level the hashes that fill no tile yet, and the entries that fill no bundle. */
type Edge = {
  readonly size: number;
  add(entry: Uint8Array): void;
  /** Bytes of a tile that was filled, or goes on to be, since `add`. */
  tile(level: number, index: number): Uint8Array | undefined;
  bundle(index: number): Uint8Array | undefined;
  /** Forgets what was filled, once it is written. */
  written(): void;
};

async function openEdge(read: ReadPath, size: number): Promise<Edge> {
  let count = size;
  const levels: Hash[][] = [];
  let entries: Uint8Array[] = [];
  const filled = new Map<string, Uint8Array>();
  const tiles = tilesOf(read);
  for (const { level, index, width } of newTiles(0, size)) {
    const hashes = (levels[level] ??= []);
    if (width === tileWidth) continue;
    const bytes = await tiles({ level, index, width });
    for (let at = 0; at < width; at++) hashes.push(bytes.slice(at * hashBytes, (at + 1) * hashBytes));
  }
  const rest = size % tileWidth;
  if (rest > 0) {
    const name = { level: 'entries', index: Math.floor(size / tileWidth), width: rest } as const;
    entries = unbundle((await readWhole(read, name)).bytes).slice(0, rest);
  }
  const joined = (hashes: readonly Hash[]): Uint8Array => new Uint8Array(Buffer.concat(hashes));
  const push = (level: number, hash: Hash): void => {
    const hashes = (levels[level] ??= []);
    hashes.push(hash);
    if (hashes.length < tileWidth) return;
    const tile = joined(hashes);
    const index = Math.floor(count / tileWidth ** (level + 1)) - 1;
    filled.set(tilePath({ level, index, width: tileWidth }), tile);
    levels[level] = [];
    push(level + 1, subtree(tree, tile, 0, tileWidth));
  };
  const pathOf = (level: number | 'entries', index: number): string => tilePath({ level, index, width: tileWidth });
  return {
    get size() {
      return count;
    },
    add(entry) {
      count++;
      entries.push(entry);
      if (entries.length === tileWidth) {
        filled.set(pathOf('entries', count / tileWidth - 1), bundle(entries));
        entries = [];
      }
      push(0, tree.leaf(entry));
    },
    tile: (level, index) => filled.get(pathOf(level, index)) ?? joined(levels[level] ?? []),
    bundle: (index) => filled.get(pathOf('entries', index)) ?? bundle(entries),
    written: () => filled.clear(),
  };
}

async function writeTiles(directory: string, edge: Edge, from: number): Promise<void> {
  for (const { level, index, width } of newTiles(from, edge.size)) {
    await writeTile(directory, tilePath({ level, index, width }), edge.tile(level, index));
    if (level === 0) await writeTile(directory, tilePath({ level: 'entries', index, width }), edge.bundle(index));
    if (width < tileWidth) continue;
    // The whole one answers for its parts.
    for (const of of level === 0 ? ([level, 'entries'] as const) : [level])
      await rm(join(directory, `${tilePath({ level: of, index, width })}.p`), { recursive: true, force: true });
  }
  edge.written();
}

async function writeTile(directory: string, path: string, bytes: Uint8Array | undefined): Promise<void> {
  const file = join(directory, path);
  const made = await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeDurably(dirname(file), basename(file), bytes ?? new Uint8Array());
  if (made === undefined) return;
  for (let folder = dirname(file); folder.length >= dirname(made).length; folder = dirname(folder)) await sync(folder);
}

/** The files have to be those of the checkpoint, or the next one would be a lie. */
async function requireRoot(read: ReadPath, { checkpoint }: OpenedCheckpoint): Promise<void> {
  const root = await tree.root(checkpoint.size, hashesIn(read, checkpoint.size));
  if (Buffer.compare(root, checkpoint.root) !== 0)
    throw new Problem(
      'bad-data',
      'the files of the transparency log are not those of its checkpoint: it was tampered with or is damaged',
    );
}
