import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../base/clock.ts';
import { Problem } from '../../base/problem.ts';
import type { Broker, Reading } from '../../broker/index.ts';
import { systemPrincipal } from '../../http/principal.ts';
import type { Health } from '../health.ts';
import { refused, type Refusal, type Refused, type Taken } from '../mapping/index.ts';
import type { ImportItem, ImportKind, OpenedFile } from './importer.ts';
import { knownReadings } from './known.ts';
import { rejectsFile } from './rejects.ts';

export type EngineOptions = {
  /** Name of the file, for what is told of refusals. */
  readonly name: string;
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

export type ImportCounts = {
  /** Rows or features of the file. */
  readonly items: number;
  /** Of a wide table one per cell, else one per item; the sum of the four below. */
  readonly readings: number;
  readonly kept: number;
  /** Kept with a status: out of range or doubtful. */
  readonly flagged: number;
  readonly rejected: number;
  /** Taken by an earlier import. */
  readonly alreadyThere: number;
};
export type ImportProgress = ImportCounts & { readonly bytes: number; readonly bytesTotal: number };
export type ImportReport = ImportCounts & {
  readonly kind: ImportKind;
  readonly source: string;
  readonly unit: OpenedFile['unit'];
  readonly rejectedBy: Readonly<Partial<Record<Refusal, number>>>;
  /** The first readings, as they are or would be taken. */
  readonly preview: readonly Reading[];
  readonly entities: number;
  readonly stopped: boolean;
};

type Deps = { readonly broker: Broker; readonly clock: Clock; readonly health?: Health | undefined };
type Waiting = { readonly item: ImportItem; readonly taken: Taken };

const previewMax = 5;
const overloadPauseMs = 50;

/**
 * Takes an opened file. What is there already is not taken again, so the same call after a kill, or for the same file a
 * second time, only adds what is missing.
 */
export async function importOpened(
  opened: OpenedFile,
  options: EngineOptions,
  { broker, clock, health }: Deps,
): Promise<ImportReport> {
  const { kind, source, unit, bytes } = opened;
  const { dryRun = false, batch = 1_000 } = options;
  const counts = { items: 0, readings: 0, kept: 0, flagged: 0, rejected: 0, alreadyThere: 0 };
  const rejectedBy: Partial<Record<Refusal, number>> = {};
  const preview: Reading[] = [];
  const entities = new Set<string>();
  const known = knownReadings(broker);
  const rejects = rejectsFile(options.rejectsFile, unit);
  let waiting: Waiting[] = [];
  let read = 0;

  const reject = async (item: ImportItem, { reason, detail }: Refused): Promise<void> => {
    counts.rejected++;
    rejectedBy[reason] = (rejectedBy[reason] ?? 0) + 1;
    if (!dryRun) health?.rejected(source, { reason, detail }, `${options.name} ${unit} ${item.number}`);
    await rejects.add(item.number, reason, detail, item.text);
  };

  const take = async (group: readonly Waiting[]): Promise<void> => {
    const recorded = dryRun ? undefined : await recordGroup(broker, source, group);
    if (recorded !== undefined) {
      if (group.length === 1) {
        for (const { item } of group) await reject(item, recorded);
        return;
      }
      const half = group.length >> 1;
      await take(group.slice(0, half));
      return take(group.slice(half));
    }
    let flagged = 0;
    for (const { taken } of group) {
      if (taken.flagged) flagged++;
      entities.add(taken.reading.id);
      if (preview.length < previewMax) preview.push(taken.reading);
    }
    counts.flagged += flagged;
    counts.kept += group.length - flagged;
    if (!dryRun) health?.accepted(source, { readings: group.length, flagged }, []);
  };

  const flush = async (): Promise<void> => {
    if (waiting.length === 0) return;
    const group = waiting;
    waiting = [];
    const verdicts = await known.judge(group.map(({ taken }) => taken));
    const fresh: Waiting[] = [];
    for (const [index, { item }] of group.entries()) {
      const verdict = verdicts[index];
      if (verdict && 'fresh' in verdict) fresh.push({ item, taken: verdict.fresh });
      else if (verdict?.known === 'in-file') {
        await reject(item, refused('duplicate', 'the same entity and instant stand in the file before'));
      } else counts.alreadyThere++;
    }
    if (fresh.length > 0) await take(fresh);
    options.onProgress?.({ ...counts, bytes: read, bytesTotal: bytes });
  };

  try {
    if (!dryRun) health?.seen(source, clock.now());
    for await (const group of opened.items()) {
      read = group.read;
      for (const item of group.items) {
        if (options.signal?.aborted) break;
        counts.items++;
        for (const result of item.results) {
          counts.readings++;
          if (result.reason !== undefined) await reject(item, result);
          else waiting.push({ item, taken: result });
        }
        if (waiting.length >= batch) await flush();
      }
      if (options.signal?.aborted) break;
    }
    // After an abort the readings that wait were not taken; the next run finds them missing.
    if (options.signal?.aborted) counts.readings -= waiting.length;
    else await flush();
  } finally {
    await rejects.close();
  }
  const stopped = options.signal?.aborted === true;
  return { ...counts, kind, source, unit, rejectedBy, preview, entities: entities.size, stopped };
}

/** @returns why the broker refused the group, undefined when it took it */
async function recordGroup(broker: Broker, source: string, group: readonly Waiting[]): Promise<Refused | undefined> {
  for (;;) {
    try {
      const readings = group.map(({ taken }) => taken.reading);
      await broker.record(systemPrincipal, 0, readings, { by: 'import', source });
      return undefined;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (error.kind !== 'overloaded') {
        const simulated = group.some(({ taken }) => taken.reading.id === error.field);
        return refused(error.kind === 'bad-data' && simulated ? 'simulated' : 'refused', error.message);
      }
      await sleep(overloadPauseMs);
    }
  }
}
