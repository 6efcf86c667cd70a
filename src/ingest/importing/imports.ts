/** The imports of a city: begun, gone on with, listed, taken back. One at a time per source. */
import { basename } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { randomId } from '../../base/ids.ts';
import type { Log } from '../../base/log.ts';
import { Problem } from '../../base/problem.ts';
import type { Broker } from '../../broker/index.ts';
import { systemPrincipal } from '../../http/principal.ts';
import type { RowDelta, Rows } from '../../store/ports.ts';
import type { Health } from '../health.ts';
import { isFilePayload, omissions, type MappingFile } from '../mapping/index.ts';
import type { Sources } from '../source.ts';
import { runImport, type EngineResult, type ImportProgress } from './engine.ts';
import { fileIdentity } from './identity.ts';
import type { TimetableDoor } from '../gtfs/door.ts';
import type { OpenedFile } from './importer.ts';
import { openImport } from './importers.ts';
import type { Remembered } from './remembered.ts';
import { batchRow, importRow, keptDays, nothingYet, toImport, type ImportRecord } from './tables.ts';
import { ownRecords, toJson, undoImport, type UndoOptions } from './undo.ts';
import type { FileOptions, ImportOptions, ImportReport, ImportView, Preview } from './views.ts';
import { importWorks } from './works.ts';

export type Imports = {
  /**
   * Takes a file, or goes on with it where an earlier import of the same file with the same mapping stopped.
   * @throws Problem bad-data (no door for it, columns missing, no mapping for it), not-found, conflict (the source has
   * an import that runs), forbidden (the law pack refuses the source)
   */
  run(options: ImportOptions): Promise<ImportReport>;
  /** The first items, and what each would become or why not. @throws Problem as `run` */
  preview(options: FileOptions, limit?: number): Promise<Preview>;
  /** Newest first. */
  list(): Promise<readonly ImportView[]>;
  /** @throws Problem not-found */
  get(id: string): Promise<ImportView>;
  /**
   * Takes an import back, in durable steps; asked again after a kill it goes on, asked once more it changes nothing.
   * @throws Problem not-found, conflict (it runs, or is too old)
   */
  undo(id: string, options?: UndoOptions): Promise<ImportView>;
  /** Ends a running import between two records. @throws Problem not-found, conflict (it does not run) */
  stop(id: string): Promise<void>;
  /** Forgets what old imports made. @returns how many imports */
  prune(): Promise<number>;
  /** Goes on with what a kill interrupted while it was taken back. */
  start(): Promise<void>;
  /** Stops what runs, between two records. */
  close(): Promise<void>;
};

const listMax = 1_000;
const rowsPerRecord = 1_000;

export function fileImports(deps: {
  broker: Broker;
  rows: Rows;
  clock: Clock;
  log: Log;
  sources: Sources;
  health: Health;
  remembered: Remembered;
  /** What the city was started with: it goes before what is remembered. */
  mapping?: MappingFile | undefined;
  /** For timetables; absent: none can be taken. */
  timetables?: TimetableDoor;
  /** Default: the doors that there are. */
  openFile?: typeof openImport;
}): Imports {
  const { broker, rows, clock, log, sources, health, remembered, openFile = openImport } = deps;
  const works = importWorks(clock);

  const find = async (id: string): Promise<ImportRecord> => {
    const row = await rows.get('SELECT * FROM ingest_import WHERE id = ?', [id]);
    if (!row) throw new Problem('not-found', `there is no import ${id.slice(0, 40)}`, 'id');
    return toImport(row);
  };

  const view = (record: ImportRecord): ImportView => {
    const { identity: _, rejectsBytes: _b, ...shown } = record;
    const runs = works.of(record);
    // Nobody runs it: the process that did was killed.
    const state = record.state === 'running' && !runs ? 'stopped' : record.state;
    const undoable = !runs && record.batches > 0 && record.prunedAt === null && state !== 'undone';
    if (!runs) return { ...shown, state, undoable };
    const seconds = Math.max(0.001, (clock.now() - runs.startedMs) / 1000);
    const perSecond = Math.round((runs.counts.readings - runs.before) / seconds);
    const counts = state === 'running' ? runs.counts : record.counts;
    return { ...shown, counts, state, undoable, progress: { done: runs.done, total: runs.total, perSecond } };
  };

  const givenAtStart = (source: string | undefined): MappingFile | undefined =>
    deps.mapping?.mappings.some(
      (one) => isFilePayload(one.payload) && (source === undefined || one.source === source),
    ) || deps.mapping?.sources.some(({ id, kind }) => kind === 'gtfs' && (source === undefined || id === source))
      ? deps.mapping
      : undefined;

  const open = async (options: FileOptions): Promise<{ opened: OpenedFile; mapping: MappingFile }> => {
    const mapping = options.mapping ?? givenAtStart(options.source) ?? (await remembered.get(options.source));
    const { source, sheet, file, name } = options;
    const opened = await openFile(file, {
      mapping,
      now: () => clock.now(),
      ...(name !== undefined && { name }),
      ...(source !== undefined && { source }),
      ...(sheet !== undefined && { sheet }),
      ...(deps.timetables && { timetables: deps.timetables }),
    });
    return { opened, mapping };
  };

  /** The rows that stand where these will be put. */
  const before = async (deltas: readonly RowDelta[]): Promise<readonly RowDelta[]> => {
    const found: RowDelta[] = [];
    for (const { table, key } of deltas) {
      const names = Object.keys(key);
      const row = await rows.get(
        `SELECT * FROM "${table}" WHERE ${names.map((name) => `"${name}" = ?`).join(' AND ')}`,
        names.map((name) => key[name] ?? null),
      );
      const rest = Object.entries(row ?? {}).filter(([name]) => name !== '_seq' && !names.includes(name));
      found.push(toJson({ table, key, row: row ? Object.fromEntries(rest) : null }));
    }
    return found;
  };

  const interrupted = async (identity: string): Promise<ImportRecord | undefined> => {
    const row = await rows.get(
      `SELECT * FROM ingest_import WHERE identity = ? AND state IN ('running', 'stopped', 'failed')
       ORDER BY started_at DESC LIMIT 1`,
      [identity],
    );
    return row && toImport(row);
  };

  const begin = async (options: ImportOptions, opened: OpenedFile, mapping: MappingFile): Promise<ImportReport> => {
    const { kind, source, unit, bytes } = opened;
    const { dryRun = false, sheet = null } = options;
    const raw = mapping.mappings.filter((one) => one.source === source).map((one) => one.raw);
    const identity = await fileIdentity(options.file, { kind, source, sheet, raw });
    const known = dryRun ? undefined : await interrupted(identity);
    const fresh: ImportRecord = {
      id: randomId(),
      kind,
      source,
      unit,
      name: options.name ?? basename(options.file),
      bytes,
      identity,
      state: 'running',
      ...nothingYet,
      startedAt: clock.now(),
      finishedAt: null,
      error: null,
      undo: null,
      undoneAt: null,
      prunedAt: null,
    };
    const given: ImportRecord = known ? { ...known, state: 'running', error: null } : fresh;
    const report = ({ record, preview, refusals }: EngineResult): ImportReport => ({
      ...record.counts,
      ...(!dryRun && { id: record.id }),
      kind,
      source,
      unit,
      rejectedBy: record.rejectedBy,
      notes: record.notes,
      preview,
      refusals,
      resumedAt: given.place,
      stopped: record.state === 'stopped' || record.state === 'running',
      remarks: opened.remarks ?? [],
    });
    const engine = { broker, clock, before };
    if (dryRun) {
      const looked = await runImport(given, opened, options, engine);
      return { ...report(looked), stopped: options.signal?.aborted === true };
    }
    const work = works.claim(given, options.signal);
    try {
      work.total = bytes;
      const own = known ? { own: await ownRecords(rows, given.id) } : {};
      await broker.record(systemPrincipal, 0, [], { by: 'import', source }, [importRow(given)]);
      await options.onBegin?.(given.id);
      const onProgress = (progress: ImportProgress): void => {
        const { bytes: done, bytesTotal: _, ...counts } = progress;
        Object.assign(work, { done, counts });
        options.onProgress?.(progress);
      };
      const taken = await runImport(
        given,
        opened,
        { ...options, onProgress, signal: work.abort.signal },
        { ...engine, ...own, health },
      );
      for (const kind of omissions) {
        // Rows that an earlier run had taken were counted by it.
        const count = (taken.record.notes[kind] ?? 0) - (given.notes[kind] ?? 0);
        if (count > 0) health?.leftOut(source, kind, count);
      }
      return report(taken);
    } catch (error) {
      const stands = { ...(await find(given.id)), state: 'failed' as const, error: (error as Error).message };
      await broker
        .record(systemPrincipal, 0, [], { by: 'import', source }, [importRow(stands)])
        .catch((why: unknown) => log.error('an import failed, and so did noting it', { error: String(why) }));
      throw error;
    } finally {
      work.release();
    }
  };

  const takeBack = async (record: ImportRecord, options: UndoOptions): Promise<ImportView> => {
    const work = works.claim(record, options.signal);
    try {
      work.total = record.batches;
      const undoing: ImportRecord = { ...record, state: 'undoing' };
      await broker.record(systemPrincipal, 0, [], { by: 'undo', source: record.source }, [importRow(undoing)]);
      await undoImport(
        undoing,
        { broker, rows, now: () => clock.now() },
        {
          ...options,
          signal: work.abort.signal,
          onProgress: (done, total) => {
            Object.assign(work, { done, total });
            options.onProgress?.(done, total);
          },
        },
      );
    } finally {
      work.release();
    }
    return view(await find(record.id));
  };

  return {
    async run(options) {
      const { opened, mapping } = await open(options);
      try {
        const declared = mapping.sources.find(({ id }) => id === opened.source);
        // What the law pack refuses is refused here, before a row is taken.
        if (declared) sources.declare(declared);
        if (options.dryRun !== true && options.mapping) await remembered.put(options.mapping, opened.source);
        return await begin(options, opened, mapping);
      } finally {
        await opened.close();
      }
    },
    async preview(options, limit = 20) {
      const { opened } = await open(options);
      const items: Preview['items'][number][] = [];
      let notes: Preview['notes'] = {};
      try {
        for await (const group of opened.items()) {
          for (const { number, text, results } of group.items) {
            if (items.length >= limit) break;
            items.push({ number, text, results });
          }
          if (items.length >= limit) break;
        }
        notes = opened.notes?.() ?? {};
      } finally {
        await opened.close();
      }
      const { kind, source, unit, bytes } = opened;
      return { kind, source, unit, bytes, remarks: opened.remarks ?? [], notes, items };
    },
    async list() {
      const found = await rows.all(`SELECT * FROM ingest_import ORDER BY started_at DESC, id LIMIT ${listMax}`);
      return found.map((row) => view(toImport(row)));
    },
    get: async (id) => view(await find(id)),
    async undo(id, options = {}) {
      const record = await find(id);
      if (record.state === 'undone') return view(record);
      const runs = works.of(record);
      if (runs && record.state === 'undoing') {
        await runs.ended;
        return view(await find(id));
      }
      if (record.prunedAt !== null) {
        throw new Problem(
          'conflict',
          `import ${id} is too old: what it made is known for ${keptDays} days, it ended on ${isoDay(record.finishedAt)}`,
          'id',
        );
      }
      return takeBack(record, options);
    },
    async stop(id) {
      const runs = works.of(await find(id));
      if (!runs) throw new Problem('conflict', `import ${id} does not run`, 'id');
      runs.abort.abort();
      await runs.ended;
    },
    async prune() {
      const limit = clock.now() - keptDays * 86_400_000;
      const old = await rows.all(
        `SELECT * FROM ingest_import WHERE state IN ('done', 'undone', 'stopped', 'failed', 'running') AND started_at < ?
         AND coalesce(finished_at, started_at) < ? AND id IN (SELECT import FROM ingest_import_batch)`,
        [limit, limit],
      );
      let pruned = 0;
      for (const row of old) {
        const record = toImport(row);
        if (works.isBusy(record.source)) continue;
        const cause = { by: 'sweep', source: record.source };
        const batches = await rows.all('SELECT n FROM ingest_import_batch WHERE import = ?', [record.id]);
        await broker.record(systemPrincipal, 0, [], cause, [importRow({ ...record, prunedAt: clock.now() })]);
        for (let at = 0; at < batches.length; at += rowsPerRecord) {
          const gone = batches.slice(at, at + rowsPerRecord).map(({ n }) => batchRow(record.id, Number(n), null));
          await broker.record(systemPrincipal, 0, [], cause, gone);
        }
        pruned++;
      }
      return pruned;
    },
    async start() {
      const left = await rows.all("SELECT * FROM ingest_import WHERE state = 'undoing'");
      for (const row of left) {
        takeBack(toImport(row), {}).catch((error: unknown) =>
          log.error('an import could not be taken back', { import: String(row['id']), error: String(error) }),
        );
      }
    },
    close: () => works.close(),
  };
}

const isoDay = (ms: number | null): string =>
  ms === null ? 'an unknown day' : new Date(ms).toISOString().slice(0, 10);
