/** An enabled rule at work: the states of its entities, what they found and what of it is not written yet. In memory. */
import { isSimulated } from '../../broker/index.ts';
import type { City } from '../../city/index.ts';
import { coreContext, type Attributes, type Entity, type Instance } from '../../ngsild/index.ts';
import type { RowDelta } from '../../store/ports.ts';
import type { Finding } from '../alarms/schema.ts';
import { evaluatorOf } from './evaluator.ts';
import { newestOf, type Found, type Observed, type State, type Step } from './machine.ts';
import type { Rule } from './schema.ts';
import type { UsualBook } from './usual.ts';
import { instanceOf, observedOf, selectionOf, type Selection } from './selection.ts';
import { stateRow, type KnownState } from './store.ts';

/** What is known of an entity, and what of it has to be written. */
type Entry = { -readonly [K in keyof KnownState]: KnownState[K] } & {
  findings: Finding[];
  /** Records up to here were taken before the process began. */
  readonly skip: number;
};

export type Watched = {
  readonly rule: Rule;
  readonly selection: Selection;
  /** What its readings are compared with; it must know a reading before the reading is taken. */
  readonly usual?: UsualBook;
  /**
   * When the entities were last looked at as they stand: records up to `seq` are in it, those up to `at` (ms) may be, so
   * that what they bring may be older than what is known.
   */
  seen: { readonly seq: number; readonly at: number };
  readonly has: (entity: string) => boolean;
  /** Takes what stands in the attributes; `seq` and `at` are of the record. */
  take(entity: string, attrs: Attributes, seq: number, at: number): void;
  /** An entity stands like this: it is let in or let go. */
  stands(entity: Entity, seq: number, at: number): void;
  /** An entity is selected, whatever was read of it. */
  letIn(entity: Entity, seq: number): void;
  letGo(entity: string, seq: number, at: number): void;
  /** Entities of which something is due, at most `limit`. */
  due(now: number, limit: number): readonly string[];
  /** ms: of the newest reading taken of an input. */
  newest(entity: string, input: number): number | undefined;
  advance(entity: string, now: number, seq: number): void;
  /** Entities with findings that are not written, at most `limit`. */
  finding(limit: number): readonly string[];
  findings(entity: string): readonly Finding[];
  /** The rows of these entities; nothing of them is waiting once `written` was called. */
  rows(entities: readonly string[]): readonly RowDelta[];
  written(entities: readonly string[]): void;
  /** Entities whose state is not written, at most `limit`. */
  unwritten(limit: number): readonly string[];
  /** Rows of what was let go before the place that is written now. */
  sweep(): readonly RowDelta[];
  entities(): readonly string[];
  stats(): RuleStats;
};

/** As of now, over all entities of a rule. */
export type RuleStats = {
  readonly entities: number;
  readonly raised: number;
  readonly late: number;
  readonly unusable: number;
  /** What nothing could be said of, since something to compare it with was missing. */
  readonly unjudged: number;
};

/** A reading further ahead of the record that brings it is a wrong clock. */
const aheadMaxMs = 600_000;

export function watchedRule(
  rule: Rule,
  city: Pick<City, 'districts' | 'timeZone'>,
  known: ReadonlyMap<string, KnownState>,
  usual?: UsualBook,
): Watched {
  const selection = selectionOf(rule, city);
  const evaluator = evaluatorOf(rule.when, city.timeZone);
  const attribute = coreContext.compact(selection.attribute);
  const entries = new Map<string, Entry>(
    [...known].map(([id, state]) => [id, { ...state, findings: [], skip: state.seq }]),
  );
  const dirty = new Set<string>();
  const finding = new Set<string>();
  const gone = new Set([...known].filter(([, { selected }]) => !selected).map(([id]) => id));
  let earliest = 0;

  const found = (id: string, { kind, at, value, limit }: Found, { unitCode, simulated }: Entry): Finding => ({
    kind,
    rule: rule.id,
    version: rule.version,
    entity: id,
    at,
    priority: rule.priority,
    title: rule.title,
    ...(rule.advice && { advice: rule.advice }),
    attribute,
    ...(value !== undefined && { value }),
    // A rate has another unit than what it is a rate of.
    ...(unitCode !== undefined && value !== undefined && rule.when.kind !== 'change' && { unitCode }),
    ...(limit !== undefined && { limit }),
    simulated,
  });
  const put = (id: string, entry: Entry, step: Step, seq: number): void => {
    for (const one of step.found) entry.findings.push(found(id, one, entry));
    if (entry.findings.length > 0) finding.add(id);
    entry.state = step.state;
    entry.seq = Math.max(entry.seq, seq);
    dirty.add(id);
    const due = evaluator.due(step.state);
    if (due !== undefined && due < earliest) earliest = due;
  };
  const read = (id: string, entry: Entry, input: number, instance: Instance, seq: number, at: number): void => {
    const given = observedOf(instance, at);
    const reference = usual?.of(id, given.at);
    const observed: Observed = { ...given, ...(reference && { usual: reference }), ...(input > 0 && { input }) };
    const newest = newestOf(entry.state, input);
    if (newest !== undefined && observed.at < newest && at <= watched.seen.at) return;
    if (instance.unitCode !== undefined) entry.unitCode = instance.unitCode;
    const ahead = observed.at > at + aheadMaxMs;
    const spoilt: State = { ...entry.state, unusable: (entry.state.unusable ?? 0) + 1 };
    put(id, entry, ahead ? { state: spoilt, found: [] } : evaluator.step(entry.state, observed), seq);
  };
  const letIn = (entity: Entity, seq: number): Entry => {
    const { id } = entity;
    const before = entries.get(id);
    if (before?.selected === true) return before;
    const entry: Entry = {
      seq,
      skip: before?.skip ?? 0,
      selected: true,
      state: {},
      simulated: isSimulated(entity),
      findings: before?.findings ?? [],
    };
    gone.delete(id);
    entries.set(id, entry);
    dirty.add(id);
    return entry;
  };

  const entryOf = (id: string): readonly (readonly [string, Entry])[] => {
    const entry = entries.get(id);
    return entry ? [[id, entry]] : [];
  };
  const skipOf = (entry: Entry | undefined): number => Math.max(entry?.skip ?? 0, watched.seen.seq);
  const watched: Watched = {
    rule,
    selection,
    ...(usual && { usual }),
    seen: { seq: 0, at: 0 },
    has: (id) => entries.get(id)?.selected === true,
    take(id, attrs, seq, at) {
      selection.inputs.forEach(({ attribute: name, entity }, input) => {
        const instance = entity === undefined || entity === id ? instanceOf(attrs, name) : undefined;
        if (!instance) return;
        for (const [area, entry] of entity === undefined ? entryOf(id) : entries)
          if (entry.selected && seq > skipOf(entry)) read(area, entry, input, instance, seq, at);
      });
    },
    stands(entity, seq, at) {
      const { id, attrs } = entity;
      if (seq <= skipOf(entries.get(id))) return;
      if (!selection.holds(entity)) {
        watched.letGo(id, seq, at);
        return;
      }
      const entry = letIn(entity, seq);
      selection.inputs.forEach((term, input) => {
        const instance = term.entity === undefined ? instanceOf(attrs, term.attribute) : undefined;
        if (instance) read(id, entry, input, instance, seq, at);
      });
    },
    letIn(entity, seq) {
      if (seq > skipOf(entries.get(entity.id))) letIn(entity, seq);
    },
    letGo(id, seq, at) {
      const entry = entries.get(id);
      if (entry?.selected !== true || seq <= skipOf(entry)) return;
      const { raised } = entry.state;
      const end: Found[] = raised === undefined ? [] : [{ kind: 'clear', at: Math.max(at, raised) }];
      put(id, entry, { state: {}, found: end }, seq);
      entry.selected = false;
      gone.add(id);
    },
    due(now, limit) {
      if (earliest > now) return [];
      const ids: string[] = [];
      let next = Infinity;
      for (const [id, { state, selected }] of entries) {
        const at = selected ? evaluator.due(state) : undefined;
        if (at === undefined) continue;
        if (at <= now && ids.length < limit) ids.push(id);
        next = Math.min(next, at);
      }
      earliest = next;
      return ids;
    },
    newest: (id, input) => newestOf(entries.get(id)?.state ?? {}, input),
    advance(id, now, seq) {
      const entry = entries.get(id);
      if (entry?.selected === true) put(id, entry, evaluator.advance(entry.state, now), seq);
    },
    finding: (limit) => some(finding, limit),
    findings: (id) => entries.get(id)?.findings ?? [],
    rows: (ids) => ids.map((id) => stateRow(rule.id, id, entries.get(id))),
    written(ids) {
      for (const id of ids) {
        dirty.delete(id);
        finding.delete(id);
        const entry = entries.get(id);
        if (entry) entry.findings = [];
      }
    },
    unwritten: (limit) => some(dirty, limit),
    sweep() {
      const ids = [...gone];
      gone.clear();
      for (const id of ids) entries.delete(id);
      return ids.map((id) => stateRow(rule.id, id, undefined));
    },
    entities: () => [...entries].flatMap(([id, { selected }]) => (selected ? [id] : [])),
    stats() {
      const sums = { entities: 0, raised: 0, late: 0, unusable: 0, unjudged: 0 };
      for (const { state, selected } of entries.values()) {
        if (!selected) continue;
        sums.entities++;
        if (state.raised !== undefined) sums.raised++;
        sums.late += state.late ?? 0;
        sums.unusable += state.unusable ?? 0;
        sums.unjudged += state.unjudged ?? 0;
      }
      return sums;
    },
  };
  return watched;
}

function some(ids: ReadonlySet<string>, limit: number): readonly string[] {
  const list: string[] = [];
  for (const id of ids) {
    if (list.length >= limit) break;
    list.push(id);
  }
  return list;
}
