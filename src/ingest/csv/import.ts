import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../base/clock.ts';
import { Problem } from '../../base/problem.ts';
import type { Broker, Reading } from '../../broker/index.ts';
import { systemPrincipal } from '../../http/principal.ts';
import type { Health } from '../health.ts';
import { refused, type Mapping, type MappingFile, type Refusal, type Refused, type Taken } from '../mapping/index.ts';
import { knownReadings } from './known.ts';
import type { CsvRow } from './reader.ts';
import { rejectsFile } from './rejects.ts';
import { rowReader } from './rows.ts';

export type ImportOptions = {
  readonly file: string;
  readonly mapping: MappingFile;
  /** Whose CSV mapping; needed only when the mapping file has several. */
  readonly source?: string;
  /** Reads, checks and counts, but takes nothing. */
  readonly dryRun?: boolean;
  /** Where rows that were not taken are listed; made only when there are any. */
  readonly rejectsFile?: string;
  /** Readings per record. Default 1,000. */
  readonly batch?: number;
  readonly onProgress?: (progress: ImportProgress) => void;
  /** Stops between two records; what was taken stays, and the same command goes on from there. */
  readonly signal?: AbortSignal;
};

export type ImportCounts = {
  /** Rows of data in the file. */
  readonly rows: number;
  /** Of a wide table one per cell, else one per row; the sum of the four below. */
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
  readonly source: string;
  readonly rejectedBy: Readonly<Partial<Record<Refusal, number>>>;
  /** The first readings, as they are or would be taken. */
  readonly preview: readonly Reading[];
  readonly entities: number;
  readonly stopped: boolean;
};

type Deps = { readonly broker: Broker; readonly clock: Clock; readonly health?: Health | undefined };
type Waiting = { readonly row: CsvRow; readonly taken: Taken };

const previewMax = 5;
const overloadPauseMs = 50;

/**
 * Takes a CSV file by a mapping. What is there already is not taken again, so the same call after a kill, or for the
 * same file a second time, only adds what is missing.
 * @throws Problem bad-data (columns missing, a file that is no CSV, no mapping for it), not-found
 */
export async function importFile(options: ImportOptions, { broker, clock, health }: Deps): Promise<ImportReport> {
  const mapping = csvMapping(options.mapping, options.source);
  const reader = await rowReader(options.file, mapping);
  const { dryRun = false, batch = 1_000 } = options;
  const counts = { rows: 0, readings: 0, kept: 0, flagged: 0, rejected: 0, alreadyThere: 0 };
  const rejectedBy: Partial<Record<Refusal, number>> = {};
  const preview: Reading[] = [];
  const entities = new Set<string>();
  const target = mapping.target({});
  const known = knownReadings(broker);
  const rejects = rejectsFile(options.rejectsFile);
  let waiting: Waiting[] = [];
  let read = 0;

  const reject = async (row: CsvRow, { reason, detail }: Refused): Promise<void> => {
    counts.rejected++;
    rejectedBy[reason] = (rejectedBy[reason] ?? 0) + 1;
    if (!dryRun)
      health?.rejected(mapping.source, { reason, detail }, `${options.file.split('/').at(-1)} row ${row.row}`);
    await rejects.add(row.row, reason, detail, row.text);
  };

  const take = async (group: readonly Waiting[]): Promise<void> => {
    const recorded = dryRun ? undefined : await recordGroup(broker, mapping.source, group);
    if (recorded !== undefined) {
      if (group.length === 1) {
        for (const { row } of group) await reject(row, recorded);
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
    if (!dryRun) health?.accepted(mapping.source, { readings: group.length, flagged }, []);
  };

  const flush = async (): Promise<void> => {
    if (waiting.length === 0) return;
    const group = waiting;
    waiting = [];
    const verdicts = await known.judge(group.map(({ taken }) => taken));
    const fresh: Waiting[] = [];
    for (const [index, { row }] of group.entries()) {
      const verdict = verdicts[index];
      if (verdict && 'fresh' in verdict) fresh.push({ row, taken: verdict.fresh });
      else if (verdict?.known === 'in-file') {
        await reject(row, refused('duplicate', 'the same entity and instant stand in the file before'));
      } else counts.alreadyThere++;
    }
    if (fresh.length > 0) await take(fresh);
    options.onProgress?.({ ...counts, bytes: read, bytesTotal: reader.file.bytes });
  };

  try {
    if (!dryRun) health?.seen(mapping.source, clock.now());
    for await (const group of reader.file.rows()) {
      read = group.read;
      for (const row of group.rows) {
        if (options.signal?.aborted) break;
        counts.rows++;
        if (row.fault !== undefined) {
          counts.readings++;
          await reject(row, refused('row', row.fault));
          continue;
        }
        for (const payload of reader.payloads(row)) {
          counts.readings++;
          const result = mapping.read(target, payload, clock.now());
          if (result.reason !== undefined) await reject(row, result);
          else waiting.push({ row, taken: result });
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
  return { ...counts, source: mapping.source, rejectedBy, preview, entities: entities.size, stopped };
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

/** @throws Problem bad-data when there is none, or several and no source says which */
export function csvMapping(file: MappingFile, source: string | undefined): Mapping {
  const found = file.mappings.filter(
    ({ payload, source: own }) => payload === 'csv' && (source === undefined || own === source),
  );
  const [only] = found;
  if (only && found.length === 1) return only;
  throw new Problem(
    'bad-data',
    found.length === 0
      ? `the mapping file has no CSV mapping${source === undefined ? '' : ` of source ${source}`}`
      : `the mapping file has ${found.length} CSV mappings: name the source (${found.map((one) => one.source).join(', ')})`,
    'source',
  );
}
