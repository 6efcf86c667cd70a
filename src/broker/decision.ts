import { Problem } from '../base/problem.ts';
import { applyDelta, deltaId, type Entity, type EntityDelta } from '../ngsild/entity.ts';
import { sweepOf } from '../ngsild/index.ts';
import type { Cause, Expectation, RowDelta, StoredEntity, Tenant } from '../store/ports.ts';
import type { Writer } from '../store/writer.ts';
import { refusePersonal } from '../trust/index.ts';

/** The entities that a decision looked at, by id. */
export type Looked = { get(id: string): StoredEntity | undefined };

export type Decision = { readonly entities: readonly EntityDelta[]; readonly rows?: readonly RowDelta[] };

/** A decision is made again when another change came between reading and committing; this often, then it is a conflict. */
const attemptsMax = 8;

/**
 * Reads the named entities as of the last change taken, lets the rule decide, and commits what it decided under the
 * expectation that nothing of it has changed meanwhile. What has ended is not there, and goes first in what is committed.
 * @param decide pure; may throw a Problem, which reaches the caller only after everything it may rest on is durable
 * @returns seq 0 when the rule decided that there is nothing to change
 * @throws Problem what `decide` threw; PersonalData; conflict; overloaded
 */
export async function decideAndCommit(
  writer: Writer,
  tenant: Tenant,
  cause: Cause,
  ids: readonly string[],
  decide: (looked: Looked, at: string) => Decision,
  /** ms; what the decision stamps its instances with. */
  instant: () => number = () => writer.now(),
): Promise<{ seq: number }> {
  for (let attempt = 1; ; attempt++) {
    const looked = new Map<string, StoredEntity | undefined>();
    for (const id of ids) {
      if (looked.has(id)) continue;
      const found = writer.latest(tenant, id);
      looked.set(id, found instanceof Promise ? await found : found);
    }
    const now = instant();
    const expect: Expectation[] = [];
    const ended: EntityDelta[] = [];
    for (const [id, stored] of looked) {
      expect.push({ entity: id, seq: stored ? stored.seq : null });
      const sweep = stored && sweepOf(stored.entity, now);
      if (!sweep) continue;
      ended.push(sweep);
      const entity = applyDelta(stored.entity, sweep);
      looked.set(id, entity && { entity, seq: stored.seq });
    }
    let decision: Decision;
    try {
      decision = decide(looked, isoInstant(now));
      refuseAllPersonal(looked, decision.entities);
    } catch (error) {
      await writer.settled();
      throw error;
    }
    if (decision.entities.length === 0 && (decision.rows ?? []).length === 0) {
      await writer.settled();
      return { seq: 0 };
    }
    const entities = ended.length > 0 ? [...ended, ...decision.entities] : decision.entities;
    try {
      return await writer.commit({ tenant, cause, expect, entities, rows: decision.rows ?? [] });
    } catch (error) {
      if (!(error instanceof Problem) || error.kind !== 'conflict' || attempt >= attemptsMax) throw error;
    }
  }
}

/** The schema gate: whatever door a change came by, it passes here. One may set values of what an earlier one made. */
function refuseAllPersonal(looked: Looked, deltas: readonly EntityDelta[]): void {
  const born = new Map<string, Entity>();
  for (const delta of deltas) {
    const id = deltaId(delta);
    refusePersonal(born.get(id) ?? looked.get(id)?.entity, delta);
    if (delta.op === 'put') born.set(id, delta.entity);
  }
}

let lastMs = Number.NaN;
let lastIso = '';

/** ISO 8601 with milliseconds and Z; remembers the last one, since a busy millisecond stamps many changes. */
export function isoInstant(ms: number): string {
  if (ms !== lastMs) {
    lastMs = ms;
    lastIso = new Date(ms).toISOString();
  }
  return lastIso;
}
