/**
 * The follower: reads the journal, asks the enabled rules, and writes what they found together with how far they have come,
 * so that after any end of the process nothing is raised twice and nothing is left out.
 */
import type { Clock } from '../../base/clock.ts';
import { sameJson } from '../../base/json.ts';
import type { Log } from '../../base/log.ts';
import type { Metrics } from '../../base/metrics.ts';
import { oneAtATime } from '../../base/queue.ts';
import type { Broker } from '../../broker/index.ts';
import type { City } from '../../city/index.ts';
import { systemPrincipal } from '../../http/index.ts';
import { deltaId, type Entity, type EntityDelta } from '../../ngsild/entity.ts';
import type { Gap, JournalRecord, RowDelta } from '../../store/ports.ts';
import type { Alarms } from '../alarms/index.ts';
import { selectedEntities } from './dryRun.ts';
import type { State } from './machine.ts';
import type { Rule } from './schema.ts';
import type { Rules } from './service.ts';
import { ruleRaising } from './raising.ts';
import { placeRow, stateVersionRow, type KnownState, type RuleStore } from './store.ts';
import { bookOf } from './usual.ts';
import { watchedRule, type RuleStats, type Watched } from './watched.ts';
import { readingIn, readingsIn } from './foreseen.ts';
import { instanceOf, observedOf, selectionOf } from './selection.ts';

export type RuleFollower = {
  start(): Promise<void>;
  /** Resolves when what was read is written. */
  stop(): Promise<void>;
  /** Time has come to now: what lasts, what is silent. The follower does this by itself each second. */
  tick(): Promise<void>;
  /** Resolves when the record `seq` was read and what it found is written. */
  caughtUp(seq: number): Promise<void>;
  /** Undefined for a rule that is off. */
  stats(rule: string): RuleStats | undefined;
  /** Records that were no longer kept when the follower asked for them. */
  missed(): number;
};

const cause = { by: 'rules' };
const none: readonly Watched[] = [];
const rowsAtOnce = 1_000;
const dueAtOnce = 500;
const tickMs = 1_000;
/** The place is written when so much was read since, or so long ago; what is between is read again after a crash. */
const placeRecords = 50_000;
const placeMs = 300_000;
/** Records gather so long: an alarm waits as long at most. */
const restMs = 50;

export function ruleFollower(deps: {
  rules: Pick<Rules, 'list' | 'get' | 'versions' | 'onChange'>;
  store: RuleStore;
  alarms: Pick<Alarms, 'ids' | 'decide'>;
  broker: Pick<Broker, 'amend' | 'follow' | 'find' | 'query' | 'aggregate'>;
  city: Pick<City, 'districts' | 'timeZone' | 'holidays'>;
  clock: Clock;
  log: Log;
  metrics: Metrics;
}): RuleFollower {
  const { rules, store, alarms, broker, city, clock, log, metrics } = deps;
  const missedRecords = metrics.counter(
    'chorsu_rule_missed_total',
    'Records no longer kept when the rules asked for them',
  );
  const watched = new Map<string, Watched>();
  /** By IRI of what is read, and of what decides about the selection. */
  let readers = new Map<string, Watched[]>();
  let concerned = new Map<string, Watched[]>();
  let taken = 0;
  let placed = 0;
  let placedAt = 0;
  let missed = 0;
  /** What is followed is what is enabled. */
  let settled = false;
  let following: (() => Promise<void>) | undefined;
  let timer: NodeJS.Timeout | undefined;
  const raising = ruleRaising({ store, alarms, broker, city, clock, metrics });
  const inTurn = oneAtATime();
  let waiting: { readonly seq: number; readonly done: () => void }[] = [];

  const index = (): void => {
    const all = [...watched.values()];
    readers = grouped(all, ({ selection }) => new Set(selection.inputs.map(({ attribute }) => attribute)));
    concerned = grouped(all, ({ selection }) => selection.concerns);
  };
  const write = (rows: readonly RowDelta[]): Promise<{ seq: number }> =>
    broker.amend(systemPrincipal, 0, [], cause, () => ({ entities: [], rows }));

  // --- how far it is ------------------------------------------------------------------------------
  const writeStates = async (one: Watched): Promise<void> => {
    for (;;) {
      const entities = one.unwritten(rowsAtOnce);
      if (entities.length === 0) return;
      await write(one.rows(entities));
      one.written(entities);
    }
  };
  /** Everything that was read is written; afterwards nothing of it is read again. */
  const writePlace = async (): Promise<void> => {
    for (const one of watched.values()) await writeStates(one);
    const gone = [...watched.values()].flatMap((one) => one.sweep());
    await write([placeRow({ seq: taken, missed })]);
    for (let at = 0; at < gone.length; at += rowsAtOnce) await write(gone.slice(at, at + rowsAtOnce));
    placed = taken;
    placedAt = clock.now();
  };
  const writePlaceInTime = async (): Promise<void> => {
    const read = taken - placed;
    if (read >= placeRecords || (read > 1 && clock.now() - placedAt >= placeMs)) await writePlace();
  };

  // --- rules that are switched on and off -----------------------------------------------------------------------------
  /** Looks at all entities of a rule as they stand. */
  const look = async (one: Watched): Promise<void> => {
    // Whatever is durable before this record is seen; it need not be read from the journal.
    const { seq } = await write([placeRow({ seq: placed, missed })]);
    const ids = new Set<string>();
    for await (const entities of selectedEntities(broker, systemPrincipal, one.selection)) {
      await one.usual?.load(entities.flatMap(({ id, attrs }) => readingIn(one.selection, id, attrs, clock.now())));
      one.usual?.trim();
      for (const entity of entities) {
        ids.add(entity.id);
        one.stands(entity, seq, clock.now());
      }
    }
    for (const id of one.entities()) if (!ids.has(id)) one.letGo(id, seq, clock.now());
    for (const id of one.selection.others) {
      const other = await broker.find(systemPrincipal, 0, id);
      if (other) one.take(id, other.entity.attrs, seq, clock.now());
    }
    one.seen = { seq, at: clock.now() };
    for (const id of one.due(clock.now(), Infinity)) one.advance(id, clock.now(), seq);
  };
  const watch = (rule: Rule, known: ReadonlyMap<string, KnownState>): Watched => {
    const { attribute } = selectionOf(rule, city);
    const book = bookOf(rule.when, { broker, who: systemPrincipal, city, attribute });
    return watchedRule(rule, city, known, book);
  };
  const switchOn = async (rule: Rule): Promise<void> => {
    const version = await store.stateVersion(rule.id);
    const states = await store.states(rule.id);
    const unchanged = version === rule.version;
    const last = unchanged ? rule : rules.versions(rule.id).find((known) => known.rule.version === version)?.rule;
    const sameWhen = last !== undefined && sameJson(last.when, rule.when);
    const kept = unchanged ? states : withoutSkips(sameWhen ? states : mapStates(states, onlyRaised));
    const one = watch(rule, kept);
    if (!unchanged) {
      await look(one);
      await raising.flush(one);
      await writeStates(one);
      await write([...one.sweep(), stateVersionRow(rule.id, rule.version)]);
    }
    watched.set(rule.id, one);
    index();
  };
  const switchOff = async (rule: Rule): Promise<void> => {
    const one = watch(rule, withoutSkips(await store.states(rule.id)));
    for (const id of one.entities()) one.letGo(id, taken, clock.now());
    watched.delete(rule.id);
    index();
    await raising.flush(one);
    await write([...one.sweep(), stateVersionRow(rule.id, undefined)]);
  };
  /** Makes what is followed be what is enabled; nothing is followed while no rule is. */
  const settle = async (): Promise<void> => {
    settled = true;
    const enabled = rules.list().filter((rule) => rule.enabled);
    if (enabled.length > 0 && !following) await begin();
    for (const rule of rules.list()) {
      const known = watched.get(rule.id);
      if (known?.rule.version === rule.version) continue;
      if (known) {
        await raising.flush(known);
        await writeStates(known);
      }
      if (rule.enabled) await switchOn(rule);
      else if (known || (await store.stateVersion(rule.id)) !== undefined) await switchOff(rule);
    }
    if (enabled.length === 0 && following) {
      const stop = following;
      following = undefined;
      // The handler may be waiting for its turn, which is ours.
      void stop();
      // Whoever switches a rule on again begins with what stands then.
      await write([placeRow({ seq: 0, missed })]);
    }
  };
  const begin = async (): Promise<void> => {
    const place = await store.place();
    missed = place?.missed ?? 0;
    // A first place is one that the journal has given: what comes after it is read.
    taken = place?.seq ?? (await write([placeRow({ seq: 0, missed })])).seq;
    if (!place) await write([placeRow({ seq: taken, missed })]);
    placed = taken;
    placedAt = clock.now();
    following = broker.follow('rules', (records, gap) => inTurn(() => take(records, gap)), {
      from: taken + 1,
      restMs,
    });
  };

  // --- the journal ----------------------------------------------------------------------------------------------------
  const take = async (records: readonly JournalRecord[], gap: Gap | undefined): Promise<void> => {
    if (gap && gap.to > taken) {
      missed += gap.count;
      missedRecords.add(gap.count);
      log.warn('rules missed records of the journal and look at everything as it stands', {
        count: gap.count,
      });
      taken = gap.to;
      for (const one of watched.values()) await look(one);
    }
    for (const one of watched.values()) {
      // Readings are taken without waiting: what they are compared with is there before.
      const fresh = records.filter(({ seq, tenant }) => seq > taken && tenant === 0);
      if (one.usual) await one.usual.load(readingsIn(one, fresh, decides));
    }
    for (const record of records) {
      if (record.seq <= taken) continue;
      if (record.tenant === 0) {
        for (const delta of record.entities) {
          // Nearly all are done at once, and waiting would cost more than looking.
          const more = takeDelta(delta, record);
          if (more) await more;
        }
      }
      taken = record.seq;
    }
    for (const one of watched.values()) {
      one.usual?.trim();
      await raising.flush(one);
    }
    await writePlaceInTime();
    for (const { seq, done } of waiting) if (seq <= taken) done();
    waiting = waiting.filter(({ seq }) => seq > taken);
  };
  const takeDelta = (delta: EntityDelta, { seq, at }: JournalRecord): Promise<void> | undefined => {
    switch (delta.op) {
      case 'set': {
        if (decides(delta)) return lookAgain(delta.id, seq, at).then(() => read(delta, seq, at));
        read(delta, seq, at);
        return undefined;
      }
      case 'put':
        return stand(delta.entity, seq, at);
      case 'delete':
        for (const one of watched.values()) one.letGo(delta.id, seq, at);
        return undefined;
      case 'forget':
        return delta.becomes === undefined ? undefined : lookAgain(deltaId(delta), seq, at);
      case 'history':
        return undefined;
    }
  };
  const read = ({ id, attrs }: EntityDelta & { op: 'set' }, seq: number, at: number): void => {
    for (const name in attrs) for (const one of readers.get(name) ?? none) one.take(id, attrs, seq, at);
  };
  /** Whether a change may let an entity in, or go. */
  const decides = ({ attrs, remove, type, scope }: EntityDelta & { op: 'set' }): boolean => {
    if (type !== undefined || scope !== undefined) return watched.size > 0;
    if (concerned.size === 0) return false;
    for (const name in attrs) if (concerned.has(name)) return true;
    return remove?.some(({ name }) => concerned.has(name)) ?? false;
  };
  const stand = async (entity: Entity, seq: number, at: number): Promise<void> => {
    const { id, type, attrs } = entity;
    for (const one of watched.values()) {
      if (one.selection.others.has(id)) one.take(id, attrs, seq, at);
      if (!type.includes(one.selection.type)) {
        if (one.has(id)) one.letGo(id, seq, at);
      } else if (at > one.seen.at) one.stands(entity, seq, at);
      else {
        // It may have become something else before it was looked at.
        await standNow(one, id, seq, at);
        one.take(id, attrs, seq, at);
      }
    }
  };
  const standNow = async (one: Watched, id: string, seq: number, at: number): Promise<void> => {
    const stored = await broker.find(systemPrincipal, 0, id);
    if (stored && one.selection.holds(stored.entity)) one.letIn(stored.entity, seq);
    else one.letGo(id, seq, at);
  };
  const lookAgain = async (id: string, seq: number, at: number): Promise<void> => {
    for (const one of watched.values()) await standNow(one, id, seq, at);
  };

  // --- time -----------------------------------------------------------------------------------------------------------
  const passTime = async (): Promise<void> => {
    if (!settled) await settle();
    const now = clock.now();
    for (const one of watched.values()) {
      for (const id of one.due(now, dueAtOnce)) {
        // What stands there already and was not read from the journal yet decides; so does that it is gone.
        const entity = (await broker.find(systemPrincipal, 0, id))?.entity;
        if (entity && !(await isBehind(one, entity, now))) one.advance(id, now, taken);
      }
      await raising.flush(one);
    }
    await writePlaceInTime();
  };
  const isBehind = async (one: Watched, { id, attrs }: Entity, now: number): Promise<boolean> => {
    for (const [input, { attribute, entity }] of one.selection.inputs.entries()) {
      const stands = entity === undefined ? attrs : (await broker.find(systemPrincipal, 0, entity))?.entity.attrs;
      const instance = stands && instanceOf(stands, attribute);
      const newest = one.newest(id, input);
      if (instance && newest !== undefined && observedOf(instance, now).at > newest) return true;
    }
    return false;
  };
  const tick = (): Promise<void> => inTurn(passTime);
  const settleSoon = (): void => {
    settled = false;
    inTurn(settle).catch((error: unknown) => {
      settled = false;
      log.error('rules could not be switched and are so at the next beat', { error: String(error) });
    });
  };

  return {
    async start() {
      rules.onChange(settleSoon);
      settleSoon();
      await inTurn(async () => {});
      timer = setInterval(() => {
        tick().catch((error: unknown) => log.error('rules: a beat failed and comes again', { error: String(error) }));
      }, tickMs);
      timer.unref();
    },
    async stop() {
      clearInterval(timer);
      await following?.();
      await inTurn(async () => {
        if (following && taken > placed) await writePlace();
      });
    },
    tick,
    caughtUp: (seq) =>
      inTurn(async () => seq <= taken).then((done) =>
        done ? undefined : new Promise((resolve) => waiting.push({ seq, done: resolve })),
      ),
    stats: (rule) => watched.get(rule)?.stats(),
    missed: () => missed,
  };
}

function grouped(all: readonly Watched[], namesOf: (one: Watched) => Iterable<string>): Map<string, Watched[]> {
  const groups = new Map<string, Watched[]>();
  for (const one of all) {
    for (const name of namesOf(one)) {
      const group = groups.get(name);
      if (group) group.push(one);
      else groups.set(name, [one]);
    }
  }
  return groups;
}

const mapStates = (
  states: ReadonlyMap<string, KnownState>,
  change: (state: State) => State,
): ReadonlyMap<string, KnownState> =>
  new Map([...states].map(([id, known]) => [id, { ...known, state: change(known.state) }]));

/** What a rule of another kind may keep: that something is wrong. */
const onlyRaised = ({ raised, late, unusable, unjudged }: State): State => ({
  ...(raised !== undefined && { raised }),
  ...(late !== undefined && { late }),
  ...(unusable !== undefined && { unusable }),
  ...(unjudged !== undefined && { unjudged }),
});

const withoutSkips = (states: ReadonlyMap<string, KnownState>): ReadonlyMap<string, KnownState> =>
  new Map([...states].map(([id, known]) => [id, { ...known, seq: 0 }]));
