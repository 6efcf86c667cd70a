import type { Clock } from './base/clock.ts';
import type { Log } from './base/log.ts';
import type { Ingest } from './ingest/index.ts';
import type { Follower, Store } from './store/index.ts';
import type { HistoryStore } from './store/ports.ts';
import type { Retention, Vault } from './trust/index.ts';

/** The journal's keep window, architecture.md: replay is promised inside it. */
const journalMaxAgeMs = 7 * 86_400_000;
const journalMaxBytes = 20 * 2 ** 30;
const everyMs = 3_600_000;
const firstAfterMs = 60_000;

/**
 * What time does to a city's data, once an hour: values older than their source's retention rule go, files and records of the vault that
 * nothing names any more go, closed days of history are sealed, and journal segments beyond the window go once every follower has
 * read them.
 * @returns stop, which resolves when nothing is under way
 */
export function startHousekeeping(deps: {
  store: Store;
  history: HistoryStore;
  ingest: Pick<Ingest, 'retention'> & { readonly imports: Pick<Ingest['imports'], 'prune'> };
  followers: ReadonlyMap<string, Follower>;
  /** Absent: this city has none open. */
  vault?: Pick<Vault, 'sweep' | 'flush'> | undefined;
  retention?: Pick<Retention, 'daily'> | undefined;
  clock: Clock;
  log: Log;
}): () => Promise<void> {
  const { log } = deps;
  const leaving = new AbortController();
  let running: Promise<void> = Promise.resolve();
  let timer = setTimeout(round, firstAfterMs);
  function round(): void {
    running = keepHouse({ ...deps, signal: leaving.signal }).catch((error: unknown) =>
      log.error('housekeeping failed', { error: String(error) }),
    );
    timer = setTimeout(round, everyMs);
    timer.unref();
  }
  timer.unref();
  return async () => {
    clearTimeout(timer);
    leaving.abort();
    await running;
  };
}

/** One round. Exported for tests and for whoever must not wait for the hour. */
export async function keepHouse(deps: {
  store: Store;
  history: HistoryStore;
  ingest: Pick<Ingest, 'retention'> & { readonly imports: Pick<Ingest['imports'], 'prune'> };
  followers: ReadonlyMap<string, Follower>;
  /** Absent: this city has none open. */
  vault?: Pick<Vault, 'sweep' | 'flush'> | undefined;
  retention?: Pick<Retention, 'daily'> | undefined;
  clock: Clock;
  log: Log;
  /** Ends sealing between two steps. */
  signal?: AbortSignal;
}): Promise<void> {
  const { store, history, ingest, followers, vault, retention, clock, log } = deps;
  const now = clock.now();
  const { deleted } = await history.retain(
    ingest.retention().map((rule) => ({ tenant: 0, ...rule })),
    now,
  );
  // First: what loses its name in this round has an hour until the next, in which a copy of the city may still need it.
  const swept = await store.files.sweep();
  const prunedImports = await ingest.imports.prune();
  await vault?.sweep();
  await retention?.daily();
  await vault?.flush();
  const sealed = await history.seal(now, deps.signal);
  const minSeq = Math.min(
    store.writer.lastSeq() + 1,
    ...[...followers.values()].map((follower) => follower.place() + 1),
  );
  const { deletedSegments } = await store.prune({ maxAgeMs: journalMaxAgeMs, maxBytes: journalMaxBytes, minSeq });
  if (deleted + sealed.sealedDays + deletedSegments + prunedImports + swept.files > 0) {
    log.info('housekeeping', {
      deletedValues: deleted,
      sealedDays: sealed.sealedDays,
      deletedSegments,
      prunedImports,
      sweptFiles: swept.files,
      sweptBytes: swept.bytes,
    });
  }
}
