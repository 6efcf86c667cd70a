/**
 * Changes of entities, as the NGSI-LD operations bring them: commands in, one journal record out. Knows neither HTTP nor
 * @context. What is wrong with one entity of a batch does not touch the others.
 */
import { Problem } from '../base/problem.ts';
import type { Principal } from '../http/principal.ts';
import { applyDelta, type Entity, type EntityDelta } from '../ngsild/entity.ts';
import type { Cause, Tenant } from '../store/ports.ts';
import type { Writer } from '../store/writer.ts';
import type { Broker } from './broker.ts';
import { demand, refusePersonal, type Policy } from '../trust/index.ts';
import { decideAndCommit } from './decision.ts';
import type { Models } from './models/index.ts';
import { isSimulated, simulatedAttribute, staysWhatItIs } from './readings.ts';
import type { Command, Outcome } from './rules.ts';
import { demandSeen } from './view.ts';

/** What a batch did, 5.2.16, in its order. `problem` for those that failed. */
export type BatchResult = {
  readonly created: readonly string[];
  readonly changed: readonly string[];
  readonly failed: readonly { readonly id: string; readonly problem: Problem }[];
};

export type EntityService = ReturnType<typeof entityService>;

export function entityService(deps: {
  writer: Writer;
  policy: Policy;
  view: Broker['view'];
  models: Pick<Models, 'check'>;
}) {
  const { writer, policy, view, models } = deps;

  /** @throws Problem forbidden */
  const mayChange = (who: Principal, tenant: Tenant, known: Entity | undefined, delta: EntityDelta): void => {
    const action = delta.op === 'delete' ? 'deleteEntities' : 'writeEntities';
    const becomes = delta.op === 'put' ? delta.entity.type : delta.op === 'set' ? delta.type : undefined;
    for (const types of [known?.type, becomes]) demand(policy, who, action, types ?? [], tenant);
    const seen = view(who);
    if (known && !seen.shows(known)) throw new Problem('forbidden', `you may not change ${known.id}`);
    if (seen.masks) demandSeen(seen, touchedBy(delta, known));
  };

  const decide = (
    who: Principal,
    tenant: Tenant,
    { rule }: Command,
    known: Entity | undefined,
    at: string,
  ): Outcome => {
    const outcome = rule(known, at);
    if (outcome.delta) {
      mayChange(who, tenant, known, outcome.delta);
      const says = saysSimulated(outcome.delta);
      if (known && says !== undefined) staysWhatItIs(known, says);
      // Asked again for all that is committed; here, so that what is wrong with one of a batch does not touch the others.
      refusePersonal(known, outcome.delta);
      models.check(known, outcome.delta);
    }
    return outcome;
  };

  return {
    /**
     * One operation on one entity. Durable when resolved.
     * @throws Problem what its rule throws; forbidden, conflict, overloaded
     */
    run: async (who: Principal, tenant: Tenant, command: Command, cause: Cause): Promise<Outcome> => {
      let outcome: Outcome = {};
      await decideAndCommit(writer, tenant, cause, [command.id], (looked, at) => {
        outcome = decide(who, tenant, command, looked.get(command.id)?.entity, at);
        return { entities: outcome.delta ? [outcome.delta] : [] };
      });
      return outcome;
    },

    /**
     * Many operations as one journal record, in their order: a later one on the same entity sees what the earlier one
     * made, and is a change of its own (5.5.11). An entity of which something was left out has failed.
     * @throws Problem conflict, overloaded
     */
    runAll: async (
      who: Principal,
      tenant: Tenant,
      commands: readonly Command[],
      cause: Cause,
    ): Promise<BatchResult> => {
      const result = {
        created: [] as string[],
        changed: [] as string[],
        failed: [] as { id: string; problem: Problem }[],
      };
      const ids = commands.map(({ id }) => id);
      const repeats = new Set(ids).size < ids.length;
      await decideAndCommit(writer, tenant, cause, ids, (looked, at) => {
        // Decided again after a conflict: from the beginning.
        for (const list of Object.values(result)) list.length = 0;
        const entities: EntityDelta[] = [];
        const made = new Map<string, Entity | undefined>();
        for (const command of commands) {
          const { id } = command;
          const known = made.has(id) ? made.get(id) : looked.get(id)?.entity;
          try {
            const { delta, notUpdated = [] } = decide(who, tenant, command, known, at);
            if (delta) {
              entities.push(delta);
              if (repeats) made.set(id, applyDelta(known, delta));
            }
            if (notUpdated.length > 0) result.failed.push({ id, problem: leftOut(notUpdated) });
            else (known ? result.changed : result.created).push(id);
          } catch (error) {
            if (!(error instanceof Problem)) throw error;
            result.failed.push({ id, problem: error });
          }
        }
        return { entities };
      });
      return result;
    },
  };
}

/** What was left out of an entity of a batch: told as its error, since 5.2.16 has no other place for it. */
function leftOut(notUpdated: NonNullable<Outcome['notUpdated']>): Problem {
  const names = notUpdated.map(({ name, reason }) => `${name} (${reason})`);
  return new Problem('conflict', `not updated: ${names.join(', ')}`, notUpdated[0]?.name);
}

/** Undefined: the delta says nothing of it. */
function saysSimulated(delta: EntityDelta): boolean | undefined {
  if (delta.op === 'put') return isSimulated(delta.entity);
  if (delta.op !== 'set') return undefined;
  if (simulatedAttribute in delta.attrs) return delta.attrs[simulatedAttribute]?.[0]?.value === true;
  return delta.remove?.some(({ name }) => name === simulatedAttribute) === true ? false : undefined;
}

/** Attributes that are not afterwards as they were before; of one that is replaced, all that it had and has. */
function touchedBy(delta: EntityDelta, known: Entity | undefined): readonly string[] {
  switch (delta.op) {
    case 'put':
      return Object.keys({ ...known?.attrs, ...delta.entity.attrs });
    case 'set':
      return [...Object.keys(delta.attrs), ...(delta.remove ?? []).map(({ name }) => name)];
    default:
      return [];
  }
}
