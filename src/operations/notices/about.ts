/** What a notice takes over from what it is about: an alarm, a work order, a thing of the city. Pure. */
import { coreContext, type Entity } from '../../ngsild/index.ts';
import type { City } from '../../city/index.ts';
import type { Kind } from './schema.ts';
import { type Template, templates } from './templates.ts';

export type Taken = {
  /** IRI. */
  readonly about: string;
  readonly districts: readonly string[];
  /** The template that mostly fits; undefined: whoever writes chooses. */
  readonly template?: Template;
  /** It has an end: an alarm clears, an order is closed. */
  readonly ends: boolean;
};

/** Which network it belongs to, by the last part of its type. */
const kindsOf: readonly (readonly [RegExp, Kind])[] = [
  [/^(Pipe|Pump|Valve|Reservoir|Water|DistrictMeteredArea)/, 'water'],
  [/^Heat/, 'heat'],
  [/^(ThreePhaseAcMeasurement|Electric|Transformer|PowerStation)/, 'power'],
  [/^AirQuality/, 'air'],
  [/^(Road|Traffic)/, 'road'],
];
/** The first that there is. */
const natures = ['unplanned', 'danger'] as const;

const [sourceIri, assetIri, districtIri] = ['alertSource', 'refAsset', 'district'].map((name) =>
  coreContext.expand(name),
);
const workTypes = ['Alert', 'WorkOrder'].map((name) => coreContext.expand(name));

const isWork = ({ type }: Entity): boolean => type.some((one) => workTypes.includes(one));

/** What an alarm or an order is about: an IRI. */
export function subjectOf({ attrs }: Entity): string | undefined {
  const found = [sourceIri, assetIri].map((iri) => attrs[iri ?? '']?.[0]).find((one) => one?.type === 'Relationship');
  return typeof found?.value === 'string' ? found.value : undefined;
}

/** @param subject what `entity` is about, where that is another one */
export function takenFrom(entity: Entity, subject: Entity | undefined, city: City): Taken {
  const types = (subject ?? entity).type.map((type) => type.replace(/^.*[/#]/, ''));
  const [, kind] = kindsOf.find(([pattern]) => types.some((type) => pattern.test(type))) ?? [];
  const template = natures
    .map((nature) => templates.find((one) => one.kind === kind && one.nature === nature))
    .find((one) => one !== undefined);
  const district = entity.attrs[districtIri ?? '']?.[0]?.value ?? subject?.attrs[districtIri ?? '']?.[0]?.value;
  return {
    about: entity.id,
    districts: city.districts.filter(({ id }) => id === district).map(({ id }) => id),
    ...(template && { template }),
    ends: isWork(entity),
  };
}
