/**
 * What a source delivered over a period, from recorded history: completeness, delay, gaps, stuck values, repetitions; and
 * whether it is what the city asks for. Read in parts and within bounds that are told.
 */
import { createHash } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { canonicalJson } from '../../base/canonical.ts';
import { parseInstant } from '../../base/time.ts';
import type { Broker } from '../../broker/index.ts';
import type { Principal } from '../../http/index.ts';
import { coreContext, parseQ, type Instance } from '../../ngsild/index.ts';
import { statusAttribute } from '../mapping/index.ts';
import type { Source } from '../schema.ts';
import { criteria, type Asked, type Criterion } from './asked.ts';
import { seriesReport, type Gap, type SeriesReport, type Stuck, type Told } from './series.ts';

export type Place = { readonly entity: string; readonly attribute: string };
export type Verdict = 'met' | 'notMet' | 'unknown';
export type Judged = {
  readonly criterion: Criterion;
  readonly verdict: Verdict;
  /** In the unit of the limit; absent where it cannot be said. */
  readonly value?: number;
  readonly limit: number;
};

export type Acceptance = {
  readonly source: Source;
  readonly asked: Asked;
  readonly madeAt: number;
  /** Opaque id of the account. */
  readonly by: string;
  /** Entities of the source that the reader may see, and those of this page whose values were read. */
  readonly entities: number;
  readonly looked: number;
  readonly pages: number;
  /** The time for it ran out before all of the page was read. */
  readonly cut: boolean;
  readonly values: number;
  readonly received: number;
  /** Absent where no interval is known. */
  readonly missing?: number;
  /** ms from observation to recording. */
  readonly delay?: { readonly p50: number; readonly p95: number; readonly max: number };
  readonly duplicates: number;
  readonly contradicting: number;
  readonly late: number;
  readonly flagged: number;
  readonly otherUnit: number;
  /** Least complete first. */
  readonly series: readonly (Place & SeriesReport)[];
  /** Longest first; the first hundred. */
  readonly gaps: readonly (Place & Gap)[];
  readonly stuck: readonly (Place & Stuck)[];
  readonly stuckRuns: number;
  /** Since the platform started, whatever the period. */
  readonly refused: Readonly<Record<string, number>>;
  /** Over different values: their number, and SHA-256 over their lines (docs/acceptance.md). */
  readonly hash: { readonly values: number; readonly sha256: string };
  readonly judged: readonly Judged[];
};

const entitiesPerPage = 100;
const entitiesAtOnce = 5;
const queryPage = 1_000;
const entitiesMax = 20_000;
const instancesAtOnce = 50_000;
const listed = 100;
const timeMaxMs = 20_000;
const minuteMs = 60_000;

/** @param timeMax of reading, ms */
export async function acceptanceOf(
  {
    broker,
    refusedOf,
  }: { broker: Pick<Broker, 'query' | 'history'>; refusedOf: (source: string) => Acceptance['refused'] },
  who: Principal,
  source: Source,
  asked: Asked,
  now: number,
  timeMax = timeMaxMs,
): Promise<Acceptance> {
  const known = await entitiesOf(broker, who, source.id);
  const ids = [...known.keys()].toSorted(byText);
  const pages = Math.max(1, Math.ceil(ids.length / entitiesPerPage));
  const here = ids.slice((asked.page - 1) * entitiesPerPage, asked.page * entitiesPerPage);
  const begun = performance.now();
  const sums = sumsOf(asked);
  let looked = 0;
  while (looked < here.length && performance.now() - begun < timeMax) {
    const some = here.slice(looked, looked + entitiesAtOnce);
    const read = await valuesOf(broker, who, some, asked);
    for (const entity of some) sums.add(entity, read.get(entity) ?? new Map(), known.get(entity) ?? []);
    looked += some.length;
    await turn();
  }
  const cut = looked < here.length;
  const result = sums.result();
  return {
    source,
    asked,
    madeAt: now,
    by: who.id,
    entities: ids.length,
    looked,
    pages,
    cut,
    ...result,
    refused: refusedOf(source.id),
    judged: criteria.map((one) => judge(one, result, asked, cut)),
  };
}

/** With the attributes (IRIs) that it has values of: one that fell silent is missed. */
async function entitiesOf(
  broker: Pick<Broker, 'query'>,
  who: Principal,
  source: string,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, readonly string[]>();
  const q = parseQ(`source=="${source}"`, coreContext);
  for (let after: string | undefined; found.size < entitiesMax;) {
    const page = { limit: queryPage, offset: 0, ...(after !== undefined && { after }) };
    const { entities } = await broker.query(who, 0, { q }, page);
    for (const { id, attrs } of entities)
      found.set(
        id,
        Object.keys(attrs).filter((name) => attrs[name]?.[0]?.observedAt !== undefined),
      );
    after = entities.at(-1)?.id;
    if (entities.length < queryPage) break;
  }
  return found;
}

type Values = ReadonlyMap<string, readonly Told[]>;

/** By entity and attribute (IRI). */
async function valuesOf(
  broker: Pick<Broker, 'history'>,
  who: Principal,
  ids: readonly string[],
  { from, to }: Asked,
): Promise<ReadonlyMap<string, Values>> {
  const found = new Map<string, Map<string, Told[]>>();
  for (let next: number | undefined = from; next !== undefined;) {
    const begin: number = next;
    const page = await broker.history(
      who,
      0,
      ids,
      { time: { timerel: 'between', timeAt: begin, endTimeAt: to }, timeproperty: 'observedAt' },
      { limit: instancesAtOnce },
    );
    let last = begin;
    for (const { id, attrs } of page.entities) {
      const series = found.get(id) ?? new Map<string, Told[]>();
      found.set(id, series);
      for (const { name, instances } of attrs) {
        const into = series.get(name) ?? [];
        for (const instance of instances) {
          const told = toldOf(instance);
          if (!told || instance.datasetId !== undefined || instance.deletedAt !== undefined) continue;
          into.push(told);
          last = Math.max(last, told.at);
        }
        if (into.length > 0) series.set(name, into);
      }
    }
    next = page.truncated ? last + 1 : undefined;
  }
  return found;
}

function toldOf({ value, observedAt, modifiedAt, unitCode, sub }: Instance): Told | undefined {
  const at = instantOf(observedAt);
  if (at === undefined) return undefined;
  return {
    at,
    takenAt: instantOf(modifiedAt) ?? at,
    value,
    ...(unitCode !== undefined && { unitCode }),
    flagged: sub?.[statusAttribute] !== undefined,
  };
}

const instantOf = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : parseInstant(text.replace(',', '.'));

type Sums = Pick<
  Acceptance,
  | 'values'
  | 'received'
  | 'missing'
  | 'delay'
  | 'duplicates'
  | 'contradicting'
  | 'late'
  | 'flagged'
  | 'otherUnit'
  | 'series'
  | 'gaps'
  | 'stuck'
  | 'stuckRuns'
  | 'hash'
>;

function sumsOf(asked: Asked): {
  add(entity: string, values: Values, attributes: readonly string[]): void;
  result(): Sums;
} {
  const series: (Place & SeriesReport)[] = [];
  /** Too few to tell an interval of their own. */
  const few: (Place & { told: readonly Told[] })[] = [];
  const delays: number[] = [];
  const hash = createHash('sha256');
  let lines = 0;
  return {
    add(entity, values, attributes) {
      for (const iri of [...new Set([...values.keys(), ...attributes])].toSorted(byText)) {
        const told = values.get(iri) ?? [];
        for (const { at, takenAt } of told) delays.push(takenAt - at);
        const own = linesOf(entity, iri, told);
        for (const line of own) hash.update(`${line}\n`);
        lines += own.length;
        const attribute = coreContext.compact(iri);
        const report = seriesReport(told, asked, asked.everyMs, asked.stuckRun);
        if (report.everyMs === undefined) few.push({ entity, attribute, told });
        else series.push({ entity, attribute, ...report });
      }
    },
    result() {
      // Then the others of the same attribute tell it.
      const intervals = new Map<string, number | undefined>();
      for (const { attribute } of few)
        if (!intervals.has(attribute)) intervals.set(attribute, medianInterval(series, attribute));
      for (const { entity, attribute, told } of few)
        series.push({ entity, attribute, ...seriesReport(told, asked, intervals.get(attribute), asked.stuckRun) });
      const sum = (of: (one: SeriesReport) => number): number => series.reduce((total, one) => total + of(one), 0);
      const listOf = <T>(of: (one: SeriesReport) => readonly T[]): (Place & T)[] =>
        series.flatMap((one) => of(one).map((item) => ({ entity: one.entity, attribute: one.attribute, ...item })));
      const known = series.some(({ missing }) => missing !== undefined);
      const stuck = listOf((one) => one.stuck ?? []);
      delays.sort((a, b) => a - b);
      const share = (part: number): number =>
        delays[Math.min(delays.length - 1, Math.floor(part * delays.length))] ?? 0;
      return {
        values: sum(({ values }) => values),
        received: sum(({ received }) => received),
        ...(known && { missing: sum(({ missing = 0 }) => missing) }),
        ...(delays.length > 0 && { delay: { p50: share(0.5), p95: share(0.95), max: delays.at(-1) ?? 0 } }),
        duplicates: sum(({ duplicates }) => duplicates),
        contradicting: sum(({ contradicting }) => contradicting),
        late: sum(({ late }) => late),
        flagged: sum(({ flagged }) => flagged),
        otherUnit: sum(({ otherUnit }) => otherUnit),
        series: series.toSorted((a, b) => (shareOf(a) ?? 2) - (shareOf(b) ?? 2) || byText(a.entity, b.entity)),
        gaps: listOf(({ gaps }) => gaps)
          .toSorted((a, b) => b.to - b.from - (a.to - a.from))
          .slice(0, listed),
        stuck: stuck.toSorted((a, b) => b.to - b.from - (a.to - a.from)).slice(0, listed),
        stuckRuns: stuck.length,
        hash: { values: lines, sha256: hash.digest('hex') },
      };
    },
  };
}

function medianInterval(series: readonly (Place & SeriesReport)[], attribute: string): number | undefined {
  const all = series.flatMap((one) => (one.attribute === attribute && one.everyMs !== undefined ? [one.everyMs] : []));
  return all.toSorted((a, b) => a - b)[Math.floor((all.length - 1) / 2)];
}

/** Received of what was to come, 0 to 1. */
export const shareOf = ({ received, missing }: Pick<SeriesReport, 'received' | 'missing'>): number | undefined =>
  missing === undefined || received + missing === 0 ? undefined : received / (received + missing);

/** A line for each different value: entity, attribute, instant and value, tabs between them; in order of time, then of text. */
function linesOf(entity: string, iri: string, told: readonly Told[]): readonly string[] {
  const lines = told.map(({ at, value }) => ({
    at,
    line: [entity, iri, new Date(at).toISOString(), canonicalJson(value)].join('\t'),
  }));
  return lines
    .toSorted((a, b) => a.at - b.at || byText(a.line, b.line))
    .map(({ line }) => line)
    .filter((line, n, all) => line !== all[n - 1]);
}

function judge(criterion: Criterion, sums: Sums, { limits }: Asked, cut: boolean): Judged {
  const limit = limits[criterion];
  const value = valueOf(criterion, sums);
  if (value === undefined) return { criterion, verdict: 'unknown', limit };
  const meets = criterion === 'completeness' ? value >= limit : value <= limit;
  // What was not read may be worse, hardly better.
  return { criterion, verdict: meets ? (cut ? 'unknown' : 'met') : 'notMet', value, limit };
}

/** Undefined where it cannot be said. */
function valueOf(criterion: Criterion, sums: Sums): number | undefined {
  const { values, gaps, delay, series } = sums;
  const percent = (n: number): number | undefined => (values === 0 ? undefined : (100 * n) / values);
  switch (criterion) {
    case 'completeness': {
      const share = shareOf(sums);
      return share === undefined ? undefined : 100 * share;
    }
    case 'gap':
      return sums.missing === undefined ? undefined : gaps.length === 0 ? 0 : longest(gaps) / minuteMs;
    case 'delay':
      return delay && delay.p95 / minuteMs;
    case 'late':
      return percent(sums.late);
    case 'stuck':
      return series.some(({ stuck }) => stuck !== undefined) ? sums.stuckRuns : undefined;
    case 'duplicates':
      return percent(sums.duplicates);
    case 'contradicting':
      return values === 0 ? undefined : sums.contradicting;
    case 'range':
      return percent(sums.flagged);
    case 'unit':
      return values === 0 ? undefined : sums.otherUnit;
  }
}

const longest = (gaps: readonly Gap[]): number => Math.max(...gaps.map(({ from, to }) => to - from));
const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
