import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../../base/clock.ts';
import { Problem } from '../../base/problem.ts';
import type { Broker, Reading } from '../../broker/index.ts';
import { systemPrincipal } from '../../http/principal.ts';
import type { RowDelta } from '../../store/ports.ts';
import { personalAmong, refusalOf } from '../personal.ts';
import type { Health } from '../health.ts';
import { refused, type Refusal, type Refused, type Taken } from '../mapping/index.ts';
import type { ImportItem, OpenedFile } from './importer.ts';
import { knownReadings } from './known.ts';
import { pack, touchedBy, writeManifest, type Own } from './manifest.ts';
import { patience } from './patience.ts';
import { rejectsFile } from './rejects.ts';
import { batchRow, importRow, type ImportCounts, type ImportRecord } from './tables.ts';

export type EngineOptions = {
  /** Reads, checks and counts, but takes nothing. */
  readonly dryRun?: boolean;
  /** Where items that were not taken are listed; made only when there are any. */
  readonly rejectsFile?: string;
  /** Readings per record. Default 1,000. */
  readonly batch?: number;
  readonly onProgress?: (progress: ImportProgress) => void;
  /** Stops between two records; what was taken stays, and the same command goes on from there. */
  readonly signal?: AbortSignal;
};

export type ImportProgress = ImportCounts & { readonly bytes: number; readonly bytesTotal: number };

type Deps = {
  readonly broker: Broker;
  readonly clock: Clock;
  readonly health?: Health | undefined;
  /** Given an import that was interrupted: its own records. */
  readonly own?: Own;
  /** The rows as they stand, for what `rowsAtEnd` replaces. */
  readonly before?: (rows: readonly RowDelta[]) => Promise<readonly RowDelta[]>;
};
type Waiting = { readonly item: ImportItem; readonly taken: Taken; readonly born: boolean };
type Tally = { -readonly [K in keyof ImportCounts]: ImportCounts[K] };

const previewMax = 5;

export type EngineResult = {
  readonly record: ImportRecord;
  /** The first readings, as they are or would be taken. */
  readonly preview: readonly Reading[];
  /** The first items that were not taken, with their number in the file. */
  readonly refusals: readonly (Refused & { readonly number: number })[];
};
/** Where nothing is taken the place is still noted, every so many batches. */
const noteEvery = 20;

/**
 * Takes an opened file, from the place of `given` on. Every record of readings holds what it made and how far the import
 * is, so that a kill at any moment loses and doubles nothing.
 * @returns the import as it then stands, `done` or `stopped`, with the first readings and refusals
 * @throws what the door or the broker throws; the import then stands at its last record
 */
export async function runImport(
  given: ImportRecord,
  opened: OpenedFile,
  options: EngineOptions,
  { broker, clock, health, own = { seqs: new Set(), ats: new Set() }, before }: Deps,
): Promise<EngineResult> {
  const { source, unit, bytes } = opened;
  const { dryRun = false, batch = 1_000, signal } = options;
  const cause = { by: 'import', source };
  const patiently = patience(broker);
  const known = knownReadings(broker, own, { dryRun });
  const rejects = rejectsFile(options.rejectsFile, unit, given.rejectsBytes);
  const rejectedBy: Partial<Record<Refusal, number>> = { ...given.rejectedBy };
  const preview: Reading[] = [];
  const refusals: (Refused & { readonly number: number })[] = [];
  const counts: Tally = { ...given.counts };
  let record: ImportRecord = given;
  let waiting: Taken[] = [];
  let items: ImportItem[] = [];
  let place = given.place;
  let read = 0;
  let unnoted = 0;

  const reject = (item: ImportItem, { reason, detail }: Refused): void => {
    counts.rejected++;
    rejectedBy[reason] = (rejectedBy[reason] ?? 0) + 1;
    if (refusals.length < previewMax) refusals.push({ number: item.number, reason, detail });
    if (!dryRun) health?.rejected(source, { reason, detail }, `${given.name} ${unit} ${item.number}`);
    // What was refused for being personal is not written down beside the data either.
    rejects.add(item.number, reason, detail, reason === 'personal' ? '' : item.text);
  };

  /** The import as it stands once a record with these counts is durable. */
  const standing = async (change: Partial<ImportRecord> = {}): Promise<ImportRecord> => ({
    ...record,
    counts: { ...counts },
    rejectedBy: { ...rejectedBy },
    notes: opened.notes?.() ?? {},
    rejectsBytes: await rejects.write(),
    place,
    ...change,
  });

  const note = async (change: Partial<ImportRecord> = {}, rows: readonly RowDelta[] = []): Promise<void> => {
    const next = await standing(change);
    if (!dryRun) await patiently(() => broker.record(systemPrincipal, 0, [], cause, [...rows, importRow(next)]));
    record = next;
    unnoted = 0;
  };

  /** Takes the group as one record; when the broker refuses it, in halves, to find what it refuses. */
  const take = async (group: readonly Waiting[], last: boolean): Promise<void> => {
    const counted = { ...counts };
    let flagged = 0;
    for (const { taken, born } of group) {
      if (taken.flagged) flagged++;
      if (born) counts.born++;
    }
    counts.flagged += flagged;
    counts.kept += group.length - flagged;
    const n = record.batches + 1;
    const next = await standing({ batches: n, ...(!last && { place: record.place }) });
    const refusal = dryRun ? undefined : await recordGroup(group, n, next);
    if (refusal === undefined) {
      record = next;
      unnoted = 0;
      for (const { taken } of group) if (preview.length < previewMax) preview.push(taken.reading);
      if (!dryRun) health?.accepted(source, { readings: group.length, flagged }, []);
      return;
    }
    Object.assign(counts, counted);
    if (group.length === 1) {
      for (const { item } of group) reject(item, refusal);
      return;
    }
    const half = group.length >> 1;
    await take(group.slice(0, half), false);
    return take(group.slice(half), last);
  };

  /** @returns why the broker refused the group, undefined when it took it */
  const recordGroup = async (
    group: readonly Waiting[],
    n: number,
    next: ImportRecord,
  ): Promise<Refused | undefined> => {
    const readings = group.map(({ taken }) => taken.reading);
    let stamp = '';
    try {
      const { seq } = await patiently(() =>
        broker.record(systemPrincipal, 0, readings, cause, (looked, at) => {
          stamp = at;
          const manifest = writeManifest(touchedBy(readings, looked, own));
          return [batchRow(given.id, n, { at, seq: null, manifest, doubtful: null }), importRow(next)];
        }),
      );
      own.seqs.add(seq);
      own.ats.add(stamp);
      return undefined;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return refused(refusalOf(error), error.message);
    }
  };

  const flush = async (): Promise<void> => {
    const group = waiting;
    const from = items;
    waiting = [];
    items = [];
    const verdicts = group.length > 0 ? await known.judge(group) : [];
    await turn();
    const fresh: Waiting[] = [];
    for (const [index, verdict] of verdicts.entries()) {
      const item = from[index] as ImportItem;
      if ('fresh' in verdict) fresh.push({ item, taken: verdict.fresh, born: verdict.born });
      else if ('mixed' in verdict) reject(item, refused('simulated', mixed(group[index] as Taken, verdict.mixed)));
      else if (verdict.known === 'before') counts.alreadyThere++;
      else reject(item, refused('duplicate', 'the same entity and instant stand in the file before'));
    }
    if (fresh.length > 0) await take(fresh, true);
    else if (++unnoted >= noteEvery) await note();
    options.onProgress?.({ ...counts, bytes: read, bytesTotal: bytes });
  };

  try {
    if (!dryRun) health?.seen(source, clock.now());
    let index = 0;
    for await (const group of opened.items()) {
      read = group.read;
      for (const item of group.items) {
        if (signal?.aborted) break;
        if (++index <= given.place) continue;
        counts.items++;
        for (const result of item.results) {
          counts.readings++;
          const personal = result.reason === undefined ? personalAmong([result]) : undefined;
          if (result.reason !== undefined) reject(item, result);
          else if (personal) reject(item, refused('personal', personal.message));
          else {
            waiting.push(result);
            items.push(item);
          }
        }
        place = index;
        if (waiting.length >= batch) await flush();
      }
      if (signal?.aborted) break;
      await rejects.write();
      // Reading and judging may never wait for the outside: others have their turn.
      await turn();
    }
    await flush();
    if (signal?.aborted) {
      await note({ state: 'stopped' });
      return { record, preview, refusals };
    }
    const atEnd = dryRun ? [] : ((await opened.rowsAtEnd?.()) ?? []);
    const made: RowDelta[] = [];
    if (atEnd.length > 0 && before) {
      // Undone first, since it was done last.
      const n = record.batches + 1;
      const doubtful = pack({ rows: await before(atEnd) });
      made.push(...atEnd, batchRow(given.id, n, { at: '', seq: null, manifest: null, doubtful }));
    }
    await note(
      { state: 'done', finishedAt: clock.now(), error: null, batches: record.batches + (made.length > 0 ? 1 : 0) },
      made,
    );
    return { record, preview, refusals };
  } finally {
    await rejects.close();
  }
}

const mixed = ({ reading }: Taken, known: string): string =>
  `${reading.id} is ${known} and takes no ${known === 'simulated' ? 'measured' : 'simulated'} values`;
