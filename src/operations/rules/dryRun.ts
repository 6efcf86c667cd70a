/** What a rule would have raised: the same evaluator over what history holds, in pages, within bounds that are told. */
import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../../base/clock.ts';
import { Problem } from '../../base/problem.ts';
import type { Broker } from '../../broker/index.ts';
import type { City } from '../../city/index.ts';
import type { Principal } from '../../http/index.ts';
import type { Entity } from '../../ngsild/index.ts';
import { startOfDay } from '../../ui/index.ts';
import { evaluatorOf } from './evaluator.ts';
import type { Evaluator, Found, Observed, State } from './machine.ts';
import type { RuleText } from './parse.ts';
import { observedOf, selectionOf, type Selection } from './selection.ts';
import { bookOf } from './usual.ts';

/** From raised to cleared. */
export type Episode = {
  readonly entity: string;
  readonly at: number;
  /** Absent: not over at the end. */
  readonly clearedAt?: number;
  readonly value?: number;
};

export type DryRun = {
  readonly from: number;
  readonly to: number;
  /** Selected now; of these many the past was read. */
  readonly selected: number;
  readonly entities: number;
  readonly readings: number;
  readonly unusable: number;
  /** What nothing could be said of, since something to compare it with was missing. */
  readonly unjudged: number;
  readonly raised: number;
  /** Entities that would have raised at least once. */
  readonly raising: number;
  /** Each day of the place, also one without. */
  readonly days: readonly { readonly at: number; readonly raised: number }[];
  /** Oldest first; the first 500. */
  readonly episodes: readonly Episode[];
  /** What ended it before everything was read. */
  readonly cut?: 'entities' | 'readings' | 'time';
};

export type DryRunBounds = {
  readonly entitiesMax: number;
  readonly readingsMax: number;
  readonly timeMaxMs: number;
};

export const defaultBounds: DryRunBounds = {
  entitiesMax: 2_000,
  readingsMax: 1_000_000,
  timeMaxMs: 20_000,
};
const episodesMax = 500;
/** Nobody counts further than that. */
const countedMax = 50_000;
const entitiesAtOnce = 100;
const instancesAtOnce = 20_000;
const dayMs = 86_400_000;
export const periodMaxMs = 400 * dayMs;

type Deps = {
  readonly broker: Pick<Broker, 'query' | 'history' | 'aggregate'>;
  readonly city: Pick<City, 'districts' | 'timeZone' | 'holidays'>;
  readonly clock: Clock;
};

/**
 * Runs a rule over the past that `who` may see, in the districts that `who` is limited to: alarms of others are not told. Entities are those selected now; values stand in the order of their
 * observation, so that none is late; the first reading of the period is where each begins.
 * @param period ms, [from, to)
 * @throws Problem bad-data (from, to)
 */
export async function dryRun(
  { broker, city, clock }: Deps,
  who: Principal,
  rule: RuleText,
  period: { readonly from: number; readonly to: number },
  bounds: DryRunBounds = defaultBounds,
): Promise<DryRun> {
  const { from } = period;
  const to = Math.min(period.to, clock.now());
  if (!(from < to)) throw new Problem('bad-data', 'the period must begin before it ends, in the past', 'from');
  if (to - from > periodMaxMs) throw new Problem('bad-data', 'a period has at most 400 days', 'from');
  const selection = selectionOf(rule, city, who.areas);
  const evaluator = evaluatorOf(rule.when, city.timeZone);
  const begun = performance.now();
  const { ids, selected } = await selectedIds(broker, who, selection, bounds.entitiesMax);
  const sums = { readings: 0, unusable: 0, unjudged: 0, entities: 0 };
  const ledger = ledgerOf(from, to, city.timeZone);
  let cut: DryRun['cut'] = selected > ids.length ? 'entities' : undefined;
  const spent = (): DryRun['cut'] =>
    sums.readings >= bounds.readingsMax
      ? 'readings'
      : performance.now() - begun > bounds.timeMaxMs
        ? 'time'
        : undefined;
  for (let first = 0; first < ids.length; first += entitiesAtOnce) {
    const end = spent();
    if (end) {
      cut = end;
      break;
    }
    const some = ids.slice(first, first + entitiesAtOnce);
    const machines = new Map(some.map((id) => [id, machineOf(evaluator, (found) => ledger.add(id, found))]));
    const usual = bookOf(rule.when, { broker, who, city, attribute: selection.attribute });
    let next: number | undefined = from;
    while (next !== undefined && !spent()) {
      const page = await readPage(broker, who, [...new Set([...some, ...selection.others])], selection, next, to);
      const readings = some.map((id) => [id, page.readingsOf(id)] as const);
      await usual?.load(readings.flatMap(([id, observed]) => observed.map(({ at }) => [id, at] as const)));
      for (const [id, observed] of readings) {
        sums.readings += observed.length;
        const machine = machines.get(id);
        for (const one of observed) {
          const reference = usual?.of(id, one.at);
          machine?.take(reference ? { ...one, usual: reference } : one);
        }
      }
      usual?.trim();
      next = page.next;
      await turn();
    }
    cut = next === undefined ? cut : (spent() ?? cut);
    // What was read in part is told as far as it was read.
    const until = next ?? to;
    for (const machine of machines.values()) {
      const { unusable = 0, unjudged = 0 } = machine.end(until);
      sums.unusable += unusable;
      sums.unjudged += unjudged;
    }
    sums.entities += some.length;
  }
  return { from, to, selected, ...sums, ...ledger.result(), ...(cut && { cut }) };
}

async function selectedIds(
  broker: Pick<Broker, 'query'>,
  who: Principal,
  selection: Selection,
  max: number,
): Promise<{ ids: readonly string[]; selected: number }> {
  const ids: string[] = [];
  let selected = 0;
  for await (const entities of selectedEntities(broker, who, selection)) {
    for (const { id } of entities) if (ids.length < max) ids.push(id);
    selected += entities.length;
    if (selected >= countedMax) break;
  }
  return { ids, selected };
}

const entitiesPage = 1_000;

/** All that the rule selects, by id, in pages. */
export async function* selectedEntities(
  broker: Pick<Broker, 'query'>,
  who: Principal,
  { query, holds }: Selection,
): AsyncGenerator<readonly Entity[]> {
  let after: string | undefined;
  for (;;) {
    const page = { limit: entitiesPage, offset: 0, ...(after !== undefined && { after }) };
    const { entities } = await broker.query(who, 0, query, page);
    yield entities.filter(holds);
    after = entities.at(-1)?.id;
    if (entities.length < entitiesPage) return;
  }
}

/** Readings of all that a rule reads of an entity, oldest first. `next`: where the next page begins; undefined: this was the last. */
async function readPage(
  broker: Pick<Broker, 'history'>,
  who: Principal,
  ids: readonly string[],
  { inputs }: Selection,
  from: number,
  to: number,
): Promise<{
  readingsOf: (id: string) => readonly Observed[];
  next: number | undefined;
}> {
  const { entities, truncated } = await broker.history(
    who,
    0,
    ids,
    {
      time: { timerel: 'between', timeAt: from, endTimeAt: to },
      timeproperty: 'observedAt',
      attrs: [...new Set(inputs.map(({ attribute }) => attribute))],
    },
    { limit: instancesAtOnce },
  );
  let last = from;
  const readings = new Map<string, readonly Observed[]>();
  for (const { id, attrs } of entities) {
    for (const { name, instances } of attrs) {
      const observed = instances
        .filter(({ datasetId, deletedAt }) => datasetId === undefined && deletedAt === undefined)
        .map((instance) => observedOf(instance, from));
      for (const { at } of observed) last = Math.max(last, at);
      readings.set(`${id} ${name}`, observed);
    }
  }
  const readingsOf = (id: string): readonly Observed[] =>
    inputs
      .flatMap(({ attribute, entity = id }, input) =>
        (readings.get(`${entity} ${attribute}`) ?? []).map((one) => (input === 0 ? one : { ...one, input })),
      )
      .toSorted((a, b) => a.at - b.at);
  return { readingsOf, next: truncated ? last + 1 : undefined };
}

/** The evaluator with its state. */
function machineOf(
  evaluator: Evaluator,
  add: (found: Found) => void,
): { take(observed: Observed): void; end(now: number): State } {
  let state: State = {};
  return {
    take(observed) {
      const step = evaluator.step(state, observed);
      state = step.state;
      step.found.forEach(add);
    },
    end(now) {
      const step = evaluator.advance(state, now);
      step.found.forEach(add);
      return step.state;
    },
  };
}

function ledgerOf(
  from: number,
  to: number,
  timeZone: string,
): {
  add(entity: string, found: Found): void;
  result(): Pick<DryRun, 'raised' | 'raising' | 'days' | 'episodes'>;
} {
  const days = new Map<number, number>();
  for (let n = 0, day = startOfDay(from, timeZone); day < to; n++, day = startOfDay(from, timeZone, n))
    days.set(day, 0);
  const open = new Map<string, Episode>();
  const raising = new Set<string>();
  let episodes: Episode[] = [];
  let raised = 0;
  const keep = (episode: Episode): void => {
    episodes.push(episode);
    if (episodes.length >= 4 * episodesMax) episodes = oldest(episodes);
  };
  return {
    add(entity, { kind, at, value }) {
      if (kind === 'clear') {
        const known = open.get(entity);
        open.delete(entity);
        if (known) keep({ ...known, clearedAt: at });
        return;
      }
      raised++;
      raising.add(entity);
      const day = startOfDay(at, timeZone);
      days.set(day, (days.get(day) ?? 0) + 1);
      open.set(entity, { entity, at, ...(value !== undefined && { value }) });
    },
    result: () => ({
      raised,
      raising: raising.size,
      days: [...days].map(([at, n]) => ({ at, raised: n })),
      episodes: oldest([...episodes, ...open.values()]),
    }),
  };
}

const oldest = (episodes: readonly Episode[]): Episode[] =>
  episodes.toSorted((a, b) => a.at - b.at || (a.entity < b.entity ? -1 : 1)).slice(0, episodesMax);
