/**
 * What a control point is wanted to be, as an entity of its own: type `ControlPoint`, seen only by those who see devices. What it
 * is, the controlled entity says itself. Names after Device of Smart Data Models (`controlledAsset`, `controlledProperty`); value
 * and status side by side after the actuation workflows of CIM 009 v1.9.1, annex H.
 */
import { simulatedAttribute } from '../../broker/index.ts';
import { coreContext, type Attributes, type Entity, type EntityDelta, type Instance } from '../../ngsild/index.ts';
import type { Command, ControlPoint, Value } from './schema.ts';

const iri = (name: string): string => coreContext.expand(name);
export const controlType = iri('ControlPoint');
export const controlIri = (point: string): string => `urn:ngsi-ld:ControlPoint:${point}`;

const property = (value: Value | undefined): Instance | undefined =>
  value === undefined ? undefined : { type: 'Property', value };

/** @param desired what it is wanted to be; absent: nothing has been asked for that still counts */
function attributesOf(
  point: ControlPoint,
  district: string,
  desired: Value | undefined,
  command: Command | undefined,
): Record<string, Instance> {
  const found: Readonly<Record<string, Instance | undefined>> = {
    controlledAsset: { type: 'Relationship', value: point.entity },
    controlledProperty: property(point.attribute),
    ...(point.name && { name: { type: 'LanguageProperty', value: { ...point.name } } }),
    district: district === '' ? undefined : property(district),
    desiredValue:
      desired === undefined
        ? undefined
        : { type: 'Property', value: desired, ...(point.unitCode !== undefined && { unitCode: point.unitCode }) },
    commandStatus: property(command?.state),
    command: property(command?.id),
  };
  return Object.fromEntries(
    Object.entries(found).flatMap(([name, instance]) => (instance ? [[iri(name), instance] as const] : [])),
  );
}

/**
 * @param before as it stands; undefined: it is made
 * @param at ISO 8601, of the record
 */
export function controlDelta(
  before: Entity | undefined,
  point: ControlPoint,
  district: string,
  desired: Value | undefined,
  command: Command | undefined,
  simulated: boolean,
  at: string,
): readonly EntityDelta[] {
  const now = attributesOf(point, district, desired, command);
  const id = controlIri(point.id);
  if (!before) {
    const attrs: Attributes = Object.fromEntries(
      Object.entries({
        ...now,
        ...(simulated && { [simulatedAttribute]: { type: 'Property', value: true } satisfies Instance }),
      }).map(([name, instance]) => [name, [{ ...instance, createdAt: at, modifiedAt: at }]]),
    );
    return [{ op: 'put', entity: { id, type: [controlType], createdAt: at, modifiedAt: at, attrs } }];
  }
  const attrs: Record<string, readonly Instance[]> = {};
  for (const [name, instance] of Object.entries(now)) {
    const known = before.attrs[name]?.[0];
    if (!known || JSON.stringify([known.value, known.unitCode]) !== JSON.stringify([instance.value, instance.unitCode]))
      attrs[name] = [{ ...instance, modifiedAt: at }];
  }
  const remove = Object.keys(before.attrs).flatMap((name) =>
    now[name] || name === simulatedAttribute ? [] : [{ name }],
  );
  if (Object.keys(attrs).length === 0 && remove.length === 0) return [];
  return [{ op: 'set', id, at, attrs, ...(remove.length > 0 && { remove }) }];
}
