/** The city's log at work: follows the journal, gives proofs, takes cosignatures. */
import type { Clock } from '../../base/clock.ts';
import { Problem } from '../../base/problem.ts';
import { oneAtATime } from '../../base/queue.ts';
import type { Json } from '../../ngsild/entity.ts';
import type { Gap, JournalRecord, RowDelta, Rows } from '../../store/ports.ts';
import type { Writer } from '../../store/writer.ts';
import { entryBytes, entryOf, openingBytes, parseEntry, type LogEntry, type Opening } from './entry.ts';
import { hmac } from './keys.ts';
import { formatVerifier } from './note.ts';
import type { Log } from './log.ts';
import { formatProof } from './proof.ts';
import { isLogged, leafRow, leavesKnown, nextVersion, noLeaf, openingAt, unlogged, versionsIn } from './records.ts';

export type Logged = LogEntry & { readonly index: number };

export type Transparency = {
  readonly log: Log;
  /** The key that the log signs with, as others are given it. */
  readonly key: string;
  /**
   * Logs a version of a public record, unless its newest one says the same.
   * @param alongside rows that are written in the same change, in any case
   * @returns whether there is a new one
   */
  note(type: string, id: string, record: Json, alongside?: readonly RowDelta[]): Promise<boolean>;
  /** Newest first. */
  newest(before: number, limit: number): Promise<readonly Logged[]>;
  /** The proof of an entry with what opens it, as a `.tlog-proof`. @throws Problem not-found */
  receipt(index: number): Promise<string>;
  /** Makes tree and rows say the same; once, before `follow`. */
  catchUp(): Promise<void>;
  /** A follower of the journal: takes new versions into the tree. */
  follow(records: readonly JournalRecord[], gap?: Gap): Promise<void>;
};

/** Versions read at once while catching up. */
const atOnce = 1_000;

export function transparency(deps: { log: Log; rows: Rows; writer: Writer; clock: Clock }): Transparency {
  const { log, rows, writer, clock } = deps;
  const cause = { by: 'log' };
  /** So that no two get the same number, and none an earlier time than one that is in the log. */
  const inTurn = oneAtATime();
  let lastAt: number | undefined;
  const newestAt = async (): Promise<number> => {
    const [newest] = log.size() === 0 ? [] : await log.entries(log.size() - 1, 1);
    return newest ? Date.parse(parseEntry(newest).at) : 0;
  };
  const commit = (changes: readonly RowDelta[]): Promise<unknown> =>
    writer.commit({ tenant: 0, cause, entities: [], rows: changes });
  const add = async (openings: readonly Opening[]): Promise<void> => {
    if (openings.length === 0) return;
    const first = log.size();
    await log.append(openings.map((opening) => entryBytes(entryOf(opening, hmac))));
    await commit(openings.map((opening, at) => leafRow(first + at, opening)));
  };
  /**
   * After a crash entries may stand in the tree of which the rows do not know, and versions in the rows that no entry has. A
   * tree whose files were lost is made again of the versions, in their order: the same one.
   */
  const catchUp = async (): Promise<void> => {
    for (let known = await leavesKnown(rows); known > log.size();) {
      const from = Math.max(log.size(), known - atOnce);
      await commit(Array.from({ length: known - from }, (_, at) => noLeaf(from + at)));
      known = from;
    }
    for (let known = await leavesKnown(rows); known < log.size();) {
      const bytes = await log.entries(known, atOnce);
      await commit(bytes.map((entry, at) => leafRow(known + at, parseEntry(entry))));
      known += bytes.length;
    }
    for (let found = await unlogged(rows, atOnce); found.length > 0; found = await unlogged(rows, atOnce))
      await add(found);
  };
  return {
    log,
    key: formatVerifier(log.verifier),
    catchUp,
    note: (type, id, record, alongside = []) =>
      inTurn(async () => {
        const at = Math.max(clock.now(), (lastAt ??= await newestAt()));
        const row = await nextVersion(rows, { type, id, record }, at);
        if (row || alongside.length > 0) await commit([...(row ? [row] : []), ...alongside]);
        lastAt = at;
        return row !== undefined;
      }),
    async newest(before, limit) {
      const end = Math.min(before, log.size());
      const from = Math.max(0, end - limit);
      const bytes = await log.entries(from, end - from);
      return bytes.map((entry, at) => ({ ...parseEntry(entry), index: from + at })).toReversed();
    },
    async receipt(index) {
      const proof = await log.prove(index);
      const opening = await openingAt(rows, index);
      if (!opening) throw new Problem('not-found', `the record of entry ${index} is not public, or is gone`);
      return formatProof({ ...proof, extra: openingBytes(opening) });
    },
    async follow(records, gap) {
      if (gap) await catchUp();
      const fresh: Opening[] = [];
      for (const opening of records.flatMap(versionsIn)) if (!(await isLogged(rows, opening))) fresh.push(opening);
      await add(fresh);
    },
  };
}
