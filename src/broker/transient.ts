/** Transient entities and attributes go when they have ended. CIM 009 v1.9.1, 4.22. */
import { setImmediate as turn } from 'node:timers/promises';
import type { Log } from '../base/log.ts';
import type { Metrics } from '../base/metrics.ts';
import type { EntityDelta } from '../ngsild/entity.ts';
import { sweepOf } from '../ngsild/index.ts';
import type { Expectation, Tenant } from '../store/ports.ts';
import type { Writer } from '../store/writer.ts';

/** What has ended is hidden at once; this long it may stay in the store. */
const everyMs = 1_000;
/** Entities per journal record. */
const perRecord = 1_000;

/** The state store, as far as the sweep asks it. */
export type DueEntities = { due(at: number, limit: number): readonly { tenant: Tenant; id: string }[] };

export type Transient = {
  /** Takes away what has ended until now; resolves when the state store knows it. @throws Problem overloaded */
  sweep(): Promise<void>;
  /** Sweeps once a second. @returns stop, which resolves when nothing is under way */
  start(): () => Promise<void>;
};

export function transient(deps: { state: DueEntities; writer: Writer; metrics: Metrics; log: Log }): Transient {
  const { state, writer, metrics, log } = deps;
  const swept = metrics.counter('chorsu_swept_entities_total', 'Entities of which something ended and was taken away');

  const sweepTenant = async (tenant: Tenant, ids: readonly string[]): Promise<void> => {
    const at = writer.now();
    const entities: EntityDelta[] = [];
    const expect: Expectation[] = [];
    for (const id of ids) {
      const looked = writer.latest(tenant, id);
      const stored = looked instanceof Promise ? await looked : looked;
      const delta = stored && sweepOf(stored.entity, at);
      if (!delta) continue;
      entities.push(delta);
      expect.push({ entity: id, seq: stored.seq });
    }
    if (entities.length === 0) return;
    await writer.commit({ tenant, cause: { by: 'sweep' }, expect, entities, rows: [] });
    swept.add(entities.length);
  };

  const sweep = async (): Promise<void> => {
    for (;;) {
      const found = state.due(writer.now(), perRecord);
      if (found.length === 0) return;
      for (const [tenant, list] of Map.groupBy(found, (entity) => entity.tenant)) {
        const ids = list.map(({ id }) => id);
        await sweepTenant(tenant, ids);
      }
      await writer.applied();
      await turn();
    }
  };

  return {
    sweep,
    start() {
      let running: Promise<void> | undefined;
      const timer = setInterval(() => {
        running ??= sweep()
          // A change that came between is looked at again a second later.
          .catch((error: unknown) => log.warn('what has ended is swept later', { error: String(error) }))
          .finally(() => {
            running = undefined;
          });
      }, everyMs);
      timer.unref();
      return async () => {
        clearInterval(timer);
        await running;
      };
    },
  };
}
