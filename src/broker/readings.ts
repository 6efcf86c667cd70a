import { isDeepStrictEqual } from 'node:util';
import { Problem } from '../base/problem.ts';
import { deltaId, type Attributes, type Entity, type EntityDelta, type Instance } from '../ngsild/entity.ts';
import type { Cause, RowDelta, Tenant } from '../store/ports.ts';
import type { Writer } from '../store/writer.ts';
import type { Reading } from './broker.ts';
import { decideAndCommit, type Decision, type Looked } from './decision.ts';
import type { Models } from './models/index.ts';

/**
 * Rows that belong to a record: given, or made of the entities that the decision looked at (what stood there before) and
 * the instant that its instances are stamped with, which no other change has. The decision may be made again; the last
 * call counts.
 */
export type RowsOf = readonly RowDelta[] | ((looked: Looked, at: string) => readonly RowDelta[]);

/** Says of an entity that its values are simulated; set at birth, never changed. */
export const simulatedAttribute = 'https://uri.etsi.org/ngsi-ld/default-context/simulated';

export const isSimulated = (entity: Entity): boolean => entity.attrs[simulatedAttribute]?.[0]?.value === true;

/** An entity is simulated or measured from birth on, and never both. @throws Problem bad-data */
export function staysWhatItIs(entity: Entity, says: unknown): void {
  if (says === isSimulated(entity)) return;
  const what = isSimulated(entity) ? 'simulated' : 'measured';
  throw new Problem('bad-data', `${entity.id} is ${what} and stays so`, simulatedAttribute);
}

/**
 * Takes the readings of devices, files and the simulator: an entity that is not there is born, one that is there gets
 * these attributes; a reading older than the stored one enters history only, and one that stands there already (same
 * instant, same value) is not taken twice.
 * @param rows row deltas that belong to the same record (the progress of an import)
 * @throws Problem bad-data when a simulated reading meets a measured entity, or the reverse
 */
export function recordReadings(
  { writer, models }: { writer: Writer; models: Pick<Models, 'check'> },
  tenant: Tenant,
  readings: readonly Reading[],
  cause: Cause,
  rows: RowsOf = [],
): Promise<{ seq: number }> {
  const ids = readings.map((reading) => reading.id);
  const decide = (looked: Looked, at: string): Decision => {
    const entities = deltasOf(readings, looked, at);
    for (const delta of entities) models.check(looked.get(deltaId(delta))?.entity, delta, true);
    return { entities, rows: typeof rows === 'function' ? rows(looked, at) : rows };
  };
  const instant = (): number => (typeof rows === 'function' ? writer.ownInstant() : writer.now());
  return decideAndCommit(writer, tenant, cause, ids, decide, instant);
}

function deltasOf(readings: readonly Reading[], looked: Looked, at: string): EntityDelta[] {
  const born = new Map<string, boolean>();
  return readings.flatMap((reading): EntityDelta | [] => {
    const stored = looked.get(reading.id);
    const known = stored ? isSimulated(stored.entity) : born.get(reading.id);
    if (known === undefined) {
      born.set(reading.id, reading.simulated === true);
      return { op: 'put', entity: birth(reading, at) };
    }
    if (known !== (reading.simulated === true)) {
      throw new Problem(
        'bad-data',
        `${reading.id} is ${known ? 'simulated' : 'measured'} and takes no ${known ? 'measured' : 'simulated'} values`,
        reading.id,
      );
    }
    const attrs = stored ? withoutRepeated(reading.attrs, stored.entity) : reading.attrs;
    if (!attrs) return [];
    return { op: 'set', id: reading.id, at, attrs: stamped(attrs, at), keepNewer: true };
  });
}

/**
 * A device that has not seen its acknowledgement sends again. The value that stands there already, observed at the same
 * instant, is not a second observation.
 * @returns undefined when nothing is left
 */
function withoutRepeated(attrs: Attributes, { attrs: known }: Entity): Attributes | undefined {
  let fresh: Record<string, readonly Instance[]> | undefined;
  let left = 0;
  for (const name in attrs) {
    const [instance, second] = attrs[name] ?? [];
    const there = known[name]?.[0];
    const repeated =
      instance !== undefined &&
      second === undefined &&
      there !== undefined &&
      instance.observedAt !== undefined &&
      instance.observedAt === there.observedAt &&
      instance.datasetId === there.datasetId &&
      isDeepStrictEqual(instance.value, there.value);
    if (repeated) {
      fresh ??= { ...attrs };
      delete fresh[name];
    } else left++;
  }
  if (left === 0) return undefined;
  return fresh ?? attrs;
}

function birth(reading: Reading, at: string): Entity {
  const attrs = { ...stamped(reading.atBirth ?? {}, at, at), ...stamped(reading.attrs, at, at) };
  if (reading.simulated === true) {
    attrs[simulatedAttribute] = [{ type: 'Property', value: true, createdAt: at, modifiedAt: at }];
  }
  return { id: reading.id, type: reading.type, createdAt: at, modifiedAt: at, attrs };
}

/** Marks when the platform took the instances. */
export function stamped(
  attrs: Attributes,
  modifiedAt: string,
  createdAt?: string,
): Record<string, readonly Instance[]> {
  const result: Record<string, readonly Instance[]> = {};
  for (const name in attrs) {
    const instances = attrs[name] ?? [];
    const first = instances[0];
    result[name] =
      instances.length === 1 && first
        ? [createdAt ? { ...first, modifiedAt, createdAt } : { ...first, modifiedAt }]
        : instances.map((instance) =>
            createdAt ? { ...instance, modifiedAt, createdAt } : { ...instance, modifiedAt },
          );
  }
  return result;
}
