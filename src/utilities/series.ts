/** Readings as the views take them: entities of a type that the reader may see, and their values by buckets of time. */
import { Problem } from '../base/problem.ts';
import { isSimulated, type Broker } from '../broker/index.ts';
import type { Principal } from '../http/index.ts';
import { coreContext, type AggregateMethod, type Entity, type Instance } from '../ngsild/index.ts';
import type { AggregateValue } from '../store/ports.ts';
import { inLanguage, type City, type Words } from '../ui/index.ts';
import { hourMs } from './period.ts';

export type Reads = { readonly broker: Pick<Broker, 'query' | 'aggregate'>; readonly who: Principal };

/** An asset of a view. */
export type Asset = {
  readonly id: string;
  readonly entity: Entity;
  readonly simulated: boolean;
  /** Id of a district of the profile. */
  readonly district?: string;
};

/** What a bucket holds of the values in it. `at`: its start, ms. */
export type Bucket = {
  readonly at: number;
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  readonly count: number;
};

const entitiesMax = 1000;
/** About 100 bytes each while a view is made. */
const bucketsMax = 400_000;

export const iri = (name: string): string => coreContext.expand(name);

/** The newest value, of the default dataset. */
export const newest = (entity: Entity, name: string): Instance | undefined =>
  entity.attrs[iri(name)]?.find(({ datasetId }) => datasetId === undefined);

export function numberOf(entity: Entity, name: string): number | undefined {
  const value = newest(entity, name)?.value;
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** @throws Problem too-complex: more than a page can hold */
export async function assetsOf({ broker, who }: Reads, type: string, city: Pick<City, 'districts'>): Promise<Asset[]> {
  const page = { limit: entitiesMax + 1, offset: 0 };
  const { entities } = await broker.query(who, 0, { type: { node: 'type', iri: iri(type) } }, page);
  if (entities.length > entitiesMax)
    throw new Problem('too-complex', `there are more than ${entitiesMax} entities of the type ${type}`);
  return entities.map((entity) => assetOf(entity, city));
}

export function assetOf(entity: Entity, city: Pick<City, 'districts'>): Asset {
  const said = newest(entity, 'district')?.value;
  const district = city.districts.find(({ id }) => id === said)?.id;
  return { id: entity.id, entity, simulated: isSimulated(entity), ...(district !== undefined && { district }) };
}

export type Selected = {
  readonly ids: readonly string[];
  /** Names of the core vocabulary. */
  readonly names: readonly string[];
  /** Both on whole hours, then the hourly rollups of history answer. */
  readonly from: number;
  readonly to: number;
  /** Default: an hour. */
  readonly stepMs?: number;
  /** Without lowest, highest and count: they repeat the mean or are 1. */
  readonly meansOnly?: boolean;
};

/** By entity, then by name. Buckets in order of time; those without a number are not there. */
export type Series = ReadonlyMap<string, ReadonlyMap<string, readonly Bucket[]>>;

/** @throws Problem too-complex: more buckets than a page can hold */
export async function bucketsOf({ broker, who }: Reads, selected: Selected): Promise<Series> {
  const { ids, names, from, to, stepMs = hourMs, meansOnly = false } = selected;
  const found = new Map<string, Map<string, Bucket[]>>();
  if (ids.length === 0 || to <= from) return found;
  const methods: readonly AggregateMethod[] = meansOnly ? ['avg'] : ['avg', 'min', 'max', 'totalCount'];
  const { entities, truncated } = await broker.aggregate(
    who,
    0,
    ids,
    {
      time: { timerel: 'between', timeAt: from, endTimeAt: to },
      timeproperty: 'observedAt',
      attrs: names.map(iri),
    },
    { methods, period: { months: 0, ms: stepMs } },
    { limit: bucketsMax },
  );
  if (truncated) throw new Problem('too-complex', 'that is more than one page can hold: choose fewer days', 'days');
  for (const { id, attrs } of entities) {
    const byName = new Map<string, Bucket[]>();
    for (const { name, datasetId, methods: made } of attrs) {
      if (datasetId === undefined) byName.set(coreContext.compact(name), joined(made));
    }
    found.set(id, byName);
  }
  return found;
}

function joined(made: Readonly<Partial<Record<AggregateMethod, readonly AggregateValue[]>>>): Bucket[] {
  const byStart = (method: AggregateMethod): ReadonlyMap<number, number> =>
    new Map((made[method] ?? []).flatMap(([value, at]) => (typeof value === 'number' ? [[at, value] as const] : [])));
  const [lows, highs, counts] = [byStart('min'), byStart('max'), byStart('totalCount')];
  return (made.avg ?? []).flatMap(([mean, at]): Bucket[] =>
    typeof mean !== 'number'
      ? []
      : [{ at, mean, min: lows.get(at) ?? mean, max: highs.get(at) ?? mean, count: counts.get(at) ?? 1 }],
  );
}

export const seriesAt = (series: Series, id: string, name: string): readonly Bucket[] =>
  series.get(id)?.get(name) ?? [];

/** The last part of its id where nobody has named it. */
export function nameOf({ id, attrs }: Entity, language: string): string {
  const name = attrs[iri('name')]?.[0];
  if (name?.type === 'LanguageProperty') return inLanguage(name.value as Words, language).text;
  return typeof name?.value === 'string' ? name.value : (id.split(':').at(-1) ?? id);
}

export function districtName(city: Pick<City, 'districts'>, id: string | undefined, language: string): string {
  const district = city.districts.find((one) => one.id === id);
  return district ? inLanguage(district.name, language).text : '';
}

/** Which of these midnights a moment is after; -1: it is before the first. */
export function dayIndex(days: readonly number[], at: number): number {
  let low = 0;
  let high = days.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((days[middle] ?? Infinity) <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
