/** Numbers of an entity over time: what the chart draws, its table lists and the CSV holds. */
import type { Entity } from '../../ngsild/index.ts';
import { type Bucket, unitSymbol } from '../../ui/index.ts';
import type { AggregateValue } from '../../store/ports.ts';
import type { Principal } from '../../http/index.ts';
import type { Broker } from '../broker.ts';
import type { Range } from './ranges.ts';
import { first, valuesOf } from './view.ts';

export type Series = {
  readonly iri: string;
  readonly label: string;
  readonly unit: string;
  readonly buckets: readonly Bucket[];
};

/** Panels that a reader can compare at once. */
export const panelsMax = 3;

/** Numeric attributes that are observed, the most telling first. */
export const chartable = (entity: Entity, language: string): readonly { iri: string; label: string }[] =>
  valuesOf(entity, language).filter(({ number, at }) => number !== undefined && at !== undefined);

/**
 * Means, lowest and highest values per bucket.
 * @param wanted IRIs in order; series without any value in the range are left out
 * @throws Problem of the history store
 */
export async function seriesOf(
  { broker, who }: { readonly broker: Pick<Broker, 'aggregate'>; readonly who: Principal },
  entity: Entity,
  wanted: readonly string[],
  range: Range,
  language: string,
): Promise<readonly Series[]> {
  if (wanted.length === 0) return [];
  const { entities } = await broker.aggregate(
    who,
    0,
    [entity.id],
    {
      time: { timerel: 'between', timeAt: range.from, endTimeAt: range.to },
      timeproperty: 'observedAt',
      attrs: wanted,
    },
    { methods: ['avg', 'min', 'max'], period: { months: 0, ms: range.stepMs } },
  );
  const labels = new Map(valuesOf(entity, language).map(({ iri, label }) => [iri, label]));
  return wanted.flatMap((iri): Series[] => {
    const series = entities[0]?.attrs.find(({ name, datasetId }) => name === iri && datasetId === undefined);
    const means = numbersOf(series?.methods.avg);
    if (means.length === 0) return [];
    const lows = new Map(numbersOf(series?.methods.min).map(([value, at]) => [at, value]));
    const highs = new Map(numbersOf(series?.methods.max).map(([value, at]) => [at, value]));
    const buckets = means.map(([mean, at]): Bucket => ({
      at,
      mean,
      min: lows.get(at) ?? mean,
      max: highs.get(at) ?? mean,
    }));
    const code = first(entity, iri)?.unitCode;
    return [
      { iri, label: labels.get(iri) ?? iri, unit: code === undefined ? '' : unitSymbol(code, language), buckets },
    ];
  });
}

/** Value and start of the buckets; texts, dates and times cannot be drawn. */
const numbersOf = (buckets: readonly AggregateValue[] = []): readonly (readonly [value: number, at: number])[] =>
  buckets.flatMap(([value, at]) => (typeof value === 'number' ? [[value, at] as const] : []));
