/** The tables of rules, and the only SQL about them. */
import type { RowDelta, Rows, SqlValue, TableDefinition } from '../../store/ports.ts';
import type { State } from './machine.ts';
import type { Rule, RuleVersion } from './schema.ts';

/** Every version of every rule; the highest one holds. `body`: the rule as JSON. */
const versionTable: TableDefinition = {
  name: 'rule_version',
  columns: {
    rule: 'TEXT',
    version: 'INTEGER',
    body: 'TEXT',
    at: 'INTEGER',
    by: 'TEXT',
    why: 'TEXT',
    tried_at: 'INTEGER',
  },
  key: ['rule', 'version'],
};

/**
 * What is known of an entity under a rule, as of the record `seq`: nothing up to it is taken again. `selected` 0: it was let
 * go; the row stays until the place has passed.
 */
const stateTable: TableDefinition = {
  name: 'rule_state',
  columns: {
    rule: 'TEXT',
    entity: 'TEXT',
    seq: 'INTEGER',
    selected: 'INTEGER',
    state: 'TEXT',
    unit: 'TEXT',
    simulated: 'INTEGER',
  },
  key: ['rule', 'entity'],
};

/**
 * Of the empty rule: everything up to the record `seq` has been read; `missed` counts records that were no longer kept. Of
 * a rule: which version its states belong to.
 */
const placeTable: TableDefinition = {
  name: 'rule_place',
  columns: { rule: 'TEXT', seq: 'INTEGER', version: 'INTEGER', missed: 'INTEGER' },
  key: ['rule'],
};

/** How often a rule raised something on a day of the place (`day`: ms of its beginning), and the last time. */
const dayTable: TableDefinition = {
  name: 'rule_day',
  columns: {
    rule: 'TEXT',
    day: 'INTEGER',
    raised: 'INTEGER',
    last_at: 'INTEGER',
    last_entity: 'TEXT',
  },
  key: ['rule', 'day'],
};

export const ruleTables: readonly TableDefinition[] = [versionTable, stateTable, placeTable, dayTable];

export type RuleDay = {
  readonly day: number;
  readonly raised: number;
  readonly lastAt: number;
  readonly lastEntity: string;
};
export type KnownState = {
  readonly seq: number;
  readonly selected: boolean;
  readonly state: State;
  /** UN/CEFACT code of its readings. */
  readonly unitCode?: string;
  readonly simulated: boolean;
};
export type RulePlace = { readonly seq: number; readonly missed: number };

export type RuleStore = {
  /** Oldest first. */
  versions(): Promise<readonly RuleVersion[]>;
  /** By entity. */
  states(rule: string): Promise<ReadonlyMap<string, KnownState>>;
  /** Up to where the journal is read; undefined before the first time. */
  place(): Promise<RulePlace | undefined>;
  /** The version that the states of a rule belong to. */
  stateVersion(rule: string): Promise<number | undefined>;
  /** Days of a rule from `since` on. */
  days(rule: string, since: number): Promise<readonly RuleDay[]>;
  lastDay(rule: string): Promise<RuleDay | undefined>;
};

const statesAtOnce = 5_000;

export function ruleStore(rows: Rows): RuleStore {
  return {
    async versions() {
      const found = await rows.all('SELECT body, at, by, why, tried_at FROM rule_version ORDER BY rule, version');
      return found.map((row) => ({
        rule: JSON.parse(String(row['body'])) as Rule,
        ...(row['at'] !== null && { at: Number(row['at']) }),
        ...(row['by'] !== null && { by: String(row['by']) }),
        why: String(row['why']),
        ...(row['tried_at'] !== null && { triedAt: Number(row['tried_at']) }),
      }));
    },
    async states(rule) {
      const all = new Map<string, KnownState>();
      for (let after = ''; ;) {
        const found = await rows.all(
          `SELECT entity, seq, selected, state, unit, simulated FROM rule_state
           WHERE rule = ? AND entity > ? ORDER BY entity LIMIT ?`,
          [rule, after, statesAtOnce],
        );
        for (const row of found) {
          after = String(row['entity']);
          all.set(after, {
            seq: Number(row['seq']),
            selected: row['selected'] === 1,
            state: JSON.parse(String(row['state'])) as State,
            ...(row['unit'] !== null && { unitCode: String(row['unit']) }),
            simulated: row['simulated'] === 1,
          });
        }
        if (found.length < statesAtOnce) return all;
      }
    },
    async place() {
      const row = await rows.get("SELECT seq, missed FROM rule_place WHERE rule = ''");
      const seq = Number(row?.['seq'] ?? 0);
      return seq === 0 ? undefined : { seq, missed: Number(row?.['missed'] ?? 0) };
    },
    async stateVersion(rule) {
      const row = await rows.get('SELECT version FROM rule_place WHERE rule = ?', [rule]);
      return row === undefined ? undefined : Number(row['version']);
    },
    async days(rule, since) {
      const found = await rows.all(
        'SELECT day, raised, last_at, last_entity FROM rule_day WHERE rule = ? AND day >= ? ORDER BY day',
        [rule, since],
      );
      return found.map(dayOf);
    },
    async lastDay(rule) {
      const row = await rows.get(
        'SELECT day, raised, last_at, last_entity FROM rule_day WHERE rule = ? ORDER BY day DESC LIMIT 1',
        [rule],
      );
      return row && dayOf(row);
    },
  };
}

const dayOf = (row: Readonly<Record<string, SqlValue>>): RuleDay => ({
  day: Number(row['day']),
  raised: Number(row['raised']),
  lastAt: Number(row['last_at']),
  lastEntity: String(row['last_entity']),
});

export const versionRow = ({ rule, at, by, why, triedAt }: RuleVersion): RowDelta => ({
  table: versionTable.name,
  key: { rule: rule.id, version: rule.version },
  row: {
    body: JSON.stringify(rule),
    at: at ?? null,
    by: by ?? null,
    why,
    tried_at: triedAt ?? null,
  },
});

/** Without a state nothing is left of it. */
export const stateRow = (rule: string, entity: string, known: KnownState | undefined): RowDelta => ({
  table: stateTable.name,
  key: { rule, entity },
  row: known
    ? {
        seq: known.seq,
        selected: known.selected ? 1 : 0,
        state: JSON.stringify(known.state),
        unit: known.unitCode ?? null,
        simulated: known.simulated ? 1 : 0,
      }
    : null,
});

export const placeRow = ({ seq, missed }: RulePlace): RowDelta => ({
  table: placeTable.name,
  key: { rule: '' },
  row: { seq, version: 0, missed },
});

/** Without a version: nothing is known of the rule's entities. */
export const stateVersionRow = (rule: string, version: number | undefined): RowDelta => ({
  table: placeTable.name,
  key: { rule },
  row: version === undefined ? null : { seq: 0, version, missed: 0 },
});

export const dayRow = (rule: string, { day, raised, lastAt, lastEntity }: RuleDay): RowDelta => ({
  table: dayTable.name,
  key: { rule, day },
  row: { raised, last_at: lastAt, last_entity: lastEntity },
});
