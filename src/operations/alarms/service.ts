/** Alarms as they are worked: what rules find, what people do, and what comes back by itself. Knows neither HTTP nor SQL. */
import { Problem } from '../../base/problem.ts';
import type { Clock } from '../../base/clock.ts';
import { randomId } from '../../base/ids.ts';
import type { Log } from '../../base/log.ts';
import { isSimulated, type Broker, type Decision, type Looked } from '../../broker/index.ts';
import { systemPrincipal, type Action, type Principal, type Resource } from '../../http/index.ts';
import { coreContext, parseQ, type Entity, type EntityDelta } from '../../ngsild/index.ts';
import type { RowDelta, Rows } from '../../store/ports.ts';
import { districtAt, type City } from '../../ui/index.ts';
import { keepAbreast } from '../abreast.ts';
import { alarmOf, alertDelta, alertPrefix, alertType, districtIri, noteIri } from './entity.ts';
import { decideFindings, findingId, subjectOf } from './findings.ts';
import { canDo, handled, returned } from './lifecycle.ts';
import { manualRule, textMax, type Act, type Alarm, type AlarmFilter, type Finding, type Manual } from './schema.ts';
import { alarmStore, type AlarmGroup, type Counts, type OfRule, type Seen } from './store.ts';
import { alarmRow, handoverRow, stepRow, watchOf, type AlarmRow, type Handover, type StepLine } from './tables.ts';

/** Somebody else was first. */
export class Taken extends Problem {
  readonly by: string;
  readonly act: StepLine;
  constructor(by: string, act: StepLine) {
    super('conflict', `${by} was first: ${act.step} at ${new Date(act.at).toISOString()}`, 'step');
    this.by = by;
    this.act = act;
  }
}

export type Page = { readonly limit: number; readonly offset: number };

type Place = { readonly district?: string | undefined };

/** An alarm whole: with its story, as far as `who` may see notes. */
export type Opened = { readonly alarm: Alarm; readonly steps: readonly StepLine[] };

export type Alarms = {
  /** The Alerts that a decision about these findings looks at, beside the subjects. To be asked before each `amend`. */
  ids(findings: readonly Finding[]): Promise<readonly string[]>;
  /**
   * What the findings make of the alarms as they stand, in the order of the findings. Pure, given what `ids` learned; rules
   * put it into the record that notes how far they have read.
   * @param at ISO 8601, of the record
   */
  decide(findings: readonly Finding[], looked: Looked, at: string): Decision;

  /**
   * What giving one to somebody makes of it: assigned where that can be, else a note. Pure; a work order puts it into its own
   * record.
   * @param id its IRI, which `looked` holds
   * @param at ISO 8601, of the record
   * @throws Problem not-found, forbidden (not there), conflict: it is closed
   */
  give(looked: Looked, id: string, who: Principal, to: string, at: string): Decision;

  /** @param id without the prefix. @throws Problem not-found */
  get(who: Principal, id: string): Promise<Opened>;
  list(who: Principal, filter: AlarmFilter, page: Page): Promise<{ alarms: readonly AlarmRow[]; total: number }>;
  /** The same, floods folded: alarms of one cause and area that came together are one. */
  groups(who: Principal, filter: AlarmFilter, page: Page): Promise<{ groups: readonly AlarmGroup[]; total: number }>;
  counts(who: Principal, filter?: Omit<AlarmFilter, 'show'>): Promise<Counts>;
  /** What a rule raised, for somebody who does not see all of it; else undefined, and the rule knows. @param since ms */
  ofRule(who: Principal, rule: string, since: number): Promise<OfRule | undefined>;
  /** Who did something last, by id. */
  lastActs(ids: readonly string[]): Promise<ReadonlyMap<string, StepLine>>;

  /**
   * @param seen the last step of a person that `who` knew of; another one since is a conflict
   * @throws Taken; Problem not-found, forbidden (not there), conflict, bad-data
   */
  act(who: Principal, id: string, act: Act, seen?: number): Promise<void>;
  /** Takes notice of every waiting alarm of the group of one that may be worked on. @returns how many. @throws Taken, Problem */
  acknowledgeGroup(who: Principal, filter: AlarmFilter, id: string): Promise<number>;
  /** @returns its id without the prefix. @throws Problem bad-data: there is no such subject; forbidden: not there (district) */
  raise(who: Principal, manual: Manual): Promise<string>;

  handOver(who: Principal, text: string): Promise<void>;
  /**
   * The newest first; the words only for those who may see work notes. Whoever is limited to areas reads what was written
   * for them alone: nobody says of which district the words of another are.
   */
  handovers(who: Principal): Promise<readonly Handover[]>;

  /** What was put aside until now comes back. @returns how many */
  bringBack(): Promise<number>;
  /** From here on it does so by itself, and the list follows what others make of Alerts. */
  start(): Promise<void>;
  stop(): Promise<void>;
};

const by = { by: 'operations' };
const notClosed = parseQ('state!="closed"', coreContext);
/** Alarms that one act changes. */
const atOnce = 20_000;
/** Whoever may see only some alarms sees at most so many: the first by id. */
const someMax = 1000;
const lookEveryMs = 5000;
const dayMs = 86_400_000;
const handoversShown = 50;
/** Among so many of others those of one's own areas are looked for. */
const handoversRead = 1000;

export function openAlarms(deps: {
  broker: Broker;
  rows: Rows;
  city: City;
  clock: Clock;
  log: Log;
  nameOf: (id: string) => string;
  permits: (who: Principal, action: Action, resource: Resource) => boolean;
}): Alarms {
  const { broker, city, clock, log, nameOf, permits } = deps;
  const store = alarmStore(deps.rows);
  /** Those that are not closed, as far as `ids` was asked; whoever decides looks at how they stand now. */
  const open = new Map<string, string>();
  let timer: ReturnType<typeof setInterval> | undefined;
  let unfollow: (() => Promise<void>) | undefined;
  let looking: Promise<unknown> = Promise.resolve();

  /** Undefined: every alarm. */
  const seenBy = async (who: Principal): Promise<Seen | undefined> => {
    const texts = broker.view(who).texts([alertType], districtIri);
    if (texts === 'all') return undefined;
    if (texts !== undefined) return { column: 'district', values: texts === 'none' ? [] : texts };
    const query = { type: { node: 'type', iri: alertType } } as const;
    const { entities } = await broker.query(who, 0, query, { limit: someMax, offset: 0 });
    const ours = entities.filter((entity) => alarmOf(entity));
    return { column: 'id', values: ours.map(({ id }) => id.slice(alertPrefix.length)) };
  };

  const mayWork = (who: Principal, { district = '' }: Place): boolean =>
    permits(who, 'workAlarms', { type: 'Area', id: district });
  const demandHere = (who: Principal, place: Place): void => {
    if (!mayWork(who, place)) throw new Problem('forbidden', 'you may not work on alarms there', 'district');
  };

  const visible = (who: Principal, looked: Looked, id: string): Alarm => {
    const stored = looked.get(id);
    const alarm = stored && broker.view(who).shows(stored.entity) ? alarmOf(stored.entity) : undefined;
    if (!alarm) throw new Problem('not-found', `there is no alarm ${id}`, 'id');
    return alarm;
  };

  /** A conflict, with the name of who was first where it was a person. */
  const named = async (error: unknown, id: string): Promise<unknown> => {
    if (!(error instanceof Problem) || error.kind !== 'conflict') return error;
    const last = (await store.lastActs([id])).get(id);
    return last ? new Taken(nameOf(last.who), last) : error;
  };

  const recorded = (before: Alarm | undefined, after: Alarm, at: string, line: Parameters<typeof stepRow>[1]) => ({
    entities: [alertDelta(before, after, at)] as EntityDelta[],
    rows: [alarmRow(after), stepRow(after, line)] as RowDelta[],
  });

  const members = async (who: Principal, filter: AlarmFilter, page: Page) => {
    return store.members(filter, await seenBy(who), page.limit, page.offset);
  };

  const alarms: Alarms = {
    async ids(findings) {
      const watches = [...new Set(findings.map(({ rule, entity }) => watchOf(rule, entity)))];
      const found = await store.openOf(watches);
      for (const watch of watches) {
        const id = found.get(watch);
        if (id === undefined) open.delete(watch);
        else open.set(watch, alertPrefix + id);
      }
      const known = [...found.values()].map((id) => alertPrefix + id);
      return [...new Set([...known, ...findings.filter(({ kind }) => kind === 'raise').map(findingId)])];
    },
    decide: (findings, looked, at) => decideFindings(findings, open, looked, at, city),

    give(looked, id, who, to, at) {
      const before = visible(who, looked, id);
      demandHere(who, before);
      if (before.state === 'closed') throw new Problem('conflict', 'the alarm is closed', 'alarm');
      const act: Act = canDo(before, 'assign') ? { step: 'assign', to } : { step: 'note', note: to };
      const ms = Date.parse(at);
      const after = handled(before, act, ms);
      return recorded(before, after, at, { at: ms, who: who.id, ...lineOf(act, after) });
    },

    async get(who, id) {
      const { entity } = await broker.get(who, 0, alertPrefix + id);
      const alarm = alarmOf(entity);
      if (!alarm) throw new Problem('not-found', `there is no alarm ${id}`, 'id');
      const steps = await store.steps(id);
      if (broker.view(who).showsAttribute(noteIri)) return { alarm, steps };
      return { alarm, steps: steps.map(({ note: _note, ...step }) => step) };
    },
    async list(who, filter, page) {
      if (filter.group !== undefined) return members(who, filter, page);
      return store.list(filter, await seenBy(who), page.limit, page.offset);
    },
    groups: async (who, filter, page) => store.groups(filter, await seenBy(who), page.limit, page.offset),
    counts: async (who, filter = {}) =>
      store.counts({ ...filter, show: 'open' }, await seenBy(who), clock.now() - dayMs),
    async ofRule(who, rule, since) {
      const seen = await seenBy(who);
      return seen && store.ofRule(rule, since, seen);
    },
    lastActs: (ids) => store.lastActs(ids),

    async act(who, id, act, seen) {
      const urn = alertPrefix + id;
      try {
        await broker.amend(systemPrincipal, 0, [urn], by, (looked, at) => {
          const before = visible(who, looked, urn);
          demandHere(who, before);
          if (seen !== undefined && act.step !== 'note' && before.handledStep > seen)
            throw new Problem('conflict', 'somebody else was first', 'step');
          const ms = Date.parse(at);
          const after = handled(before, act, ms);
          return recorded(before, after, at, { at: ms, who: who.id, ...lineOf(act, after) });
        });
      } catch (error) {
        throw await named(error, id);
      }
    },

    async acknowledgeGroup(who, filter, id) {
      const found = await members(who, { ...filter, group: id }, { limit: atOnce, offset: 0 });
      const waiting = found.alarms.filter(({ acknowledged }) => !acknowledged);
      const [first] = waiting;
      // A flood is of one area.
      if (first) demandHere(who, first);
      const urns = waiting.map((alarm) => alertPrefix + alarm.id);
      let count = 0;
      await broker.amend(systemPrincipal, 0, urns, by, (looked, at) => {
        const ms = Date.parse(at);
        const changes = urns.flatMap((urn) => {
          const stored = looked.get(urn);
          const before = stored && alarmOf(stored.entity);
          if (!before || before.acknowledged || !canDo(before, 'acknowledge') || !mayWork(who, before)) return [];
          const after = handled(before, { step: 'acknowledge' }, ms);
          return recorded(before, after, at, { at: ms, who: who.id, step: 'acknowledge' });
        });
        count = changes.length;
        return { entities: changes.flatMap(({ entities }) => entities), rows: changes.flatMap(({ rows }) => rows) };
      });
      if (count > 0) return count;
      throw await named(new Problem('conflict', 'none of them waits any more', 'step'), id);
    },

    async raise(who, manual) {
      const id = randomId();
      const { subject, title, priority, note } = manual;
      if (subject !== undefined && !(await broker.find(who, 0, subject)))
        throw new Problem('bad-data', `there is no entity ${subject}`, 'subject');
      await broker.amend(systemPrincipal, 0, subject === undefined ? [] : [subject], by, (looked, at) => {
        const entity = subject === undefined ? undefined : looked.get(subject)?.entity;
        const ms = Date.parse(at);
        const { category, subCategory, ...known } = subjectOf(entity, city);
        for (const place of placesOf(manual, known, city)) demandHere(who, place);
        const alarm: Alarm = {
          id: alertPrefix + id,
          state: 'raised',
          active: true,
          acknowledged: false,
          priority,
          rule: manualRule,
          version: 0,
          ...(subject !== undefined && { subject }),
          category,
          ...(subCategory !== undefined && { subCategory }),
          ...known,
          ...placeOf(manual, city),
          title,
          issuedAt: ms,
          raisedAt: ms,
          raisedCount: 1,
          ...(note !== undefined && { note }),
          stepCount: 1,
          handledStep: 1,
          // What somebody reports to a sample city is part of the sample.
          simulated: entity ? isSimulated(entity) : city.simulated,
        };
        return recorded(undefined, alarm, at, {
          at: ms,
          who: who.id,
          step: 'raise',
          ...(note !== undefined && { note }),
        });
      });
      return id;
    },

    async handOver(who, text) {
      if (text === '' || text.length > 4 * textMax)
        throw new Problem('bad-data', `what the next shift has to know, in 1 to ${4 * textMax} characters`, 'text');
      const { open: all, waiting } = await alarms.counts(who);
      const id = randomId();
      await broker.amend(systemPrincipal, 0, [], by, (_looked, at) => ({
        entities: [],
        rows: [handoverRow({ id, at: Date.parse(at), who: who.id, text, open: all, waiting, areas: who.areas })],
      }));
    },
    async handovers(who) {
      const { areas } = who;
      const found = await store.handovers(areas ? handoversRead : handoversShown, areas !== undefined);
      const notes = areas
        ? found.filter((note) => note.areas?.every((one) => areas.includes(one))).slice(0, handoversShown)
        : found;
      return broker.view(who).showsAttribute(noteIri) ? notes : notes.map((note) => ({ ...note, text: '' }));
    },

    async bringBack() {
      const urns = (await store.dueBack(clock.now())).map((id) => alertPrefix + id);
      if (urns.length === 0) return 0;
      let count = 0;
      await broker.amend(systemPrincipal, 0, urns, by, (looked, at) => {
        const ms = Date.parse(at);
        const changes = urns.flatMap((urn) => {
          const stored = looked.get(urn);
          const before = stored && alarmOf(stored.entity);
          if (before?.state !== 'shelved' || (before.shelvedUntil ?? 0) > ms) return [];
          return recorded(before, returned(before), at, { at: ms, who: systemPrincipal.id, step: 'return' });
        });
        count = changes.length;
        return { entities: changes.flatMap(({ entities }) => entities), rows: changes.flatMap(({ rows }) => rows) };
      });
      return count;
    },
    async start() {
      const look = (): Promise<unknown> =>
        alarms.bringBack().catch((error: unknown) => {
          log.error('alarms that were put aside could not be brought back', { error: String(error) });
        });
      looking = look();
      timer = setInterval(() => {
        looking = looking.then(look);
      }, lookEveryMs);
      timer.unref();
      const rowOf = (entity: Entity | undefined): RowDelta | undefined => {
        const alarm = entity && alarmOf(entity);
        return alarm && alarmRow(alarm);
      };
      unfollow = await keepAbreast(deps, {
        name: 'alarms',
        type: alertType,
        prefix: alertPrefix,
        table: 'alarm',
        open: notClosed,
        rowOf,
        openMarks: () => store.openRanks(),
        markOf: (entity) => {
          const { open: isOpen, rank } = rowOf(entity)?.row ?? {};
          return isOpen === 1 ? String(rank) : undefined;
        },
      });
    },
    async stop() {
      clearInterval(timer);
      await unfollow?.();
      await looking;
    },
  };
  return alarms;
}

/** What an act leaves in the story. */
function lineOf(act: Act, after: Alarm): Pick<StepLine, 'step'> & Partial<StepLine> {
  const { step, note } = act;
  const detail = step === 'assign' ? act.to : after.state === 'closed' && step !== 'note' ? after.reason : undefined;
  return {
    step,
    ...(note !== undefined && note !== '' && { note }),
    ...(detail !== undefined && { detail }),
    ...(step === 'shelve' && { until: act.until }),
  };
}

/** All the places that an alarm raised by hand touches: what it is about stands in one, a position lies in one. */
function placesOf(manual: Manual, subject: Place, city: City): readonly Place[] {
  const at = manual.location && districtAt(city, manual.location)?.id;
  const named = [manual.district, subject.district, at].filter((district) => district !== undefined);
  return named.length === 0 ? [{}] : named.map((district) => ({ district }));
}

/** Where whoever called says that it is. */
function placeOf({ location, district }: Manual, city: City): Pick<Alarm, 'location' | 'district'> {
  const area = district ?? (location && districtAt(city, location)?.id);
  return { ...(location && { location }), ...(area !== undefined && { district: area }) };
}
