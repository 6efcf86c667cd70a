import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from '../base/problem.ts';
import type { Log } from '../base/log.ts';
import type { Metrics } from '../base/metrics.ts';
import type { Broker } from '../broker/index.ts';
import { systemPrincipal } from '../http/principal.ts';
import type { Health } from './health.ts';
import { personalAmong, refusalOf } from './personal.ts';
import { refused, type Refusal, type Taken } from './mapping/index.ts';

/**
 * Between receivers and the broker: gathers the readings of many messages into one record, so that a thousand devices
 * cost one synced write, and answers each message when its readings are durable.
 */
export type Intake = {
  /**
   * @returns resolves when the readings are durable or finally refused (then counted at the source)
   * @throws whatever keeps the broker from taking anything: the sender must not be told that all is well
   */
  submit(source: string, by: string, from: string, taken: readonly Taken[]): Promise<{ refused?: Problem }>;
  /** Readings that wait or are being recorded. */
  waiting(): number;
  /** Takes nothing more; resolves when everything taken is durable. */
  close(): Promise<void>;
};

type Entry = {
  readonly source: string;
  readonly by: string;
  readonly from: string;
  readonly taken: readonly Taken[];
  readonly resolve: (result: { refused?: Problem }) => void;
  readonly reject: (error: unknown) => void;
};

/** Readings in one record: large enough that the sync is shared, small enough that it is not waited for. */
const recordMax = 2_000;
/** Records under way at once: one is being synced while the next are gathered. */
const inFlightMax = 4;
const overloadPauseMs = 50;

export function intake({
  broker,
  health,
  metrics,
  log,
}: {
  broker: Pick<Broker, 'record'>;
  health: Health;
  metrics: Metrics;
  log: Log;
}): Intake {
  let queue: Entry[] = [];
  let queued = 0;
  let inFlight = 0;
  let recording = 0;
  let scheduled = false;
  let closed = false;
  let idle: (() => void)[] = [];
  const overloads = metrics.counter('chorsu_ingest_overloads_total', 'Times that the broker asked ingestion to wait');
  metrics.gauge('chorsu_ingest_waiting', 'Readings taken and not yet durable', () => queued + recording);

  const schedule = (): void => {
    if (scheduled || inFlight >= inFlightMax || queue.length === 0) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      flush();
    });
  };

  const flush = (): void => {
    while (queue.length > 0 && inFlight < inFlightMax) {
      // A record has one cause: the first source that waits takes its own, the others follow.
      const first = queue[0] as Entry;
      const group: Entry[] = [];
      const rest: Entry[] = [];
      let size = 0;
      for (const entry of queue) {
        if (
          entry.source === first.source &&
          entry.by === first.by &&
          (size === 0 || size + entry.taken.length <= recordMax)
        ) {
          group.push(entry);
          size += entry.taken.length;
        } else rest.push(entry);
      }
      queue = rest;
      queued -= size;
      recording += size;
      inFlight++;
      void record(group).finally(() => {
        inFlight--;
        recording -= size;
        if (queue.length > 0) schedule();
        else if (inFlight === 0) {
          for (const done of idle) done();
          idle = [];
        }
      });
    }
  };

  const record = async (group: readonly Entry[]): Promise<void> => {
    const first = group[0] as Entry;
    const readings = group.flatMap((entry) => entry.taken.map((taken) => taken.reading));
    for (;;) {
      try {
        await broker.record(systemPrincipal, 0, readings, { by: first.by, source: first.source });
        break;
      } catch (error) {
        if (error instanceof Problem && error.kind === 'overloaded' && !closed) {
          overloads.add();
          await sleep(overloadPauseMs);
          continue;
        }
        if (group.length > 1) {
          // All or none: one bad reading must not take the others with it.
          for (const entry of group) await record([entry]);
          return;
        }
        if (!(error instanceof Problem) || error.kind === 'overloaded' || error.kind === 'conflict') {
          log.error('ingest: a record was not taken', { source: first.source, error: String(error) });
          first.reject(error);
          return;
        }
        const ids = new Set(readings.map((reading) => reading.id));
        const reason = reasonOf(error, ids);
        health.rejected(first.source, refused(reason, error.message), first.from, first.taken.length);
        first.resolve({ refused: error });
        return;
      }
    }
    let flagged = 0;
    const observedMs: number[] = [];
    for (const entry of group) {
      for (const taken of entry.taken) {
        if (taken.flagged) flagged++;
        observedMs.push(taken.observedMs);
        for (const { kind } of taken.leftOut ?? []) health.leftOut(entry.source, kind);
      }
    }
    health.accepted(first.source, { readings: readings.length, flagged }, observedMs);
    for (const entry of group) entry.resolve({});
  };

  return {
    submit(source, by, from, taken) {
      if (closed) return Promise.reject(new Problem('overloaded', 'the platform is stopping'));
      const personal = personalAmong(taken);
      if (personal) {
        health.rejected(source, refused('personal', personal.message), from, taken.length);
        return Promise.resolve({ refused: personal });
      }
      return new Promise((resolve, reject) => {
        queue.push({ source, by, from, taken, resolve, reject });
        queued += taken.length;
        schedule();
      });
    },
    waiting: () => queued + recording,
    async close() {
      closed = true;
      if (queue.length === 0 && inFlight === 0) return;
      flush();
      await new Promise<void>((resolve) => idle.push(resolve));
    },
  };
}

function reasonOf(error: Problem, ids: ReadonlySet<string>): Refusal {
  return error.kind === 'bad-data' && ids.has(error.field ?? '') ? 'simulated' : refusalOf(error);
}
