/** Tables of alarms. A row is made of the Alert entity, in the same record. */
import type { RowDelta, SqlValue, TableDefinition } from '../../store/ports.ts';
import { alertPrefix } from './entity.ts';
import { manualRule, type Alarm, type Priority, type State, type Step, type Texts } from './schema.ts';

export const alarmTable: TableDefinition = {
  name: 'alarm',
  columns: {
    /** Without the prefix. */
    id: 'TEXT',
    state: 'TEXT',
    /** Not closed. */
    open: 'INTEGER',
    acknowledged: 'INTEGER',
    active: 'INTEGER',
    priority: 'INTEGER',
    /** What belongs together in a flood: the rule; of one raised by hand, itself. */
    cause: 'TEXT',
    rule: 'TEXT',
    /** Rule and subject: of these at most one is not closed. */
    watch: 'TEXT',
    subject: 'TEXT',
    district: 'TEXT',
    raised_at: 'INTEGER',
    cleared_at: 'INTEGER',
    closed_at: 'INTEGER',
    raised_count: 'INTEGER',
    assigned_to: 'TEXT',
    shelved_until: 'INTEGER',
    reason: 'TEXT',
    /** Words by language, as JSON. */
    title: 'TEXT',
    subject_name: 'TEXT',
    long: 'REAL',
    lat: 'REAL',
    simulated: 'INTEGER',
    /** The order of the list, as text: aside last, then priority, what nobody has taken first, the newest first. */
    rank: 'TEXT',
  },
  key: ['id'],
  indexes: [
    // Floods and counts of ten thousand open alarms are read from this one alone, in its order.
    ['open', 'cause', 'district', 'raised_at', 'id', 'acknowledged', 'state', 'priority', 'rank'],
    ['open', 'rank', 'district'],
    ['state', 'shelved_until'],
    ['watch'],
    ['open', 'closed_at', 'district'],
  ],
};

/** What was done to an alarm: `who` an opaque id, `detail` to whom it was given or why it was closed, `observed_at` by readings. */
export const alarmStepTable: TableDefinition = {
  name: 'alarm_step',
  columns: {
    alarm: 'TEXT',
    n: 'INTEGER',
    at: 'INTEGER',
    who: 'TEXT',
    step: 'TEXT',
    state: 'TEXT',
    note: 'TEXT',
    detail: 'TEXT',
    until: 'INTEGER',
    observed_at: 'INTEGER',
  },
  key: ['alarm', 'n'],
  indexes: [['at']],
};

/** What a shift left for the next one, and how much was open then; `areas`: JSON, of whoever is limited to some. */
export const handoverTable: TableDefinition = {
  name: 'alarm_handover',
  columns: {
    id: 'TEXT',
    at: 'INTEGER',
    who: 'TEXT',
    text: 'TEXT',
    open: 'INTEGER',
    waiting: 'INTEGER',
    areas: 'TEXT',
  },
  key: ['id'],
  indexes: [['at']],
};
export type Handover = {
  readonly id: string;
  readonly at: number;
  readonly who: string;
  readonly text: string;
  readonly open: number;
  readonly waiting: number;
  /** Districts that whoever wrote it was limited to; absent: it is about the whole city. */
  readonly areas?: readonly string[] | undefined;
};
export const handoverRow = ({ id, areas, ...row }: Handover): RowDelta => ({
  table: 'alarm_handover',
  key: { id },
  row: { ...row, areas: areas ? JSON.stringify(areas) : null },
});

export const alarmTables: readonly TableDefinition[] = [alarmTable, alarmStepTable, handoverTable];

export const shortId = (id: string): string => id.slice(alertPrefix.length);
export const watchOf = (rule: string, subject: string): string => `${rule} ${subject}`;

const latest = 10 ** 13;
/** Ends with the id, so that no two are equal and the least of a group names its first alarm. */
function rankOf({ id, state, priority, acknowledged, raisedAt }: Alarm): string {
  const newest = String(latest - Math.trunc(raisedAt)).padStart(13, '0');
  return `${state === 'shelved' ? 1 : 0}${priority}${acknowledged ? 1 : 0}${newest}${shortId(id)}`;
}

export function alarmRow(alarm: Alarm): RowDelta {
  const { rule, subject, location } = alarm;
  const id = shortId(alarm.id);
  return {
    table: 'alarm',
    key: { id },
    row: {
      state: alarm.state,
      open: alarm.state === 'closed' ? 0 : 1,
      acknowledged: alarm.acknowledged ? 1 : 0,
      active: alarm.active ? 1 : 0,
      priority: alarm.priority,
      cause: rule === manualRule ? id : rule,
      rule,
      watch: rule === manualRule ? id : watchOf(rule, subject ?? ''),
      subject: subject ?? null,
      district: alarm.district ?? null,
      raised_at: alarm.raisedAt,
      cleared_at: alarm.clearedAt ?? null,
      closed_at: alarm.closedAt ?? null,
      raised_count: alarm.raisedCount,
      assigned_to: alarm.assignedTo ?? null,
      shelved_until: alarm.shelvedUntil ?? null,
      reason: alarm.reason ?? null,
      title: JSON.stringify(alarm.title),
      subject_name: alarm.subjectName ? JSON.stringify(alarm.subjectName) : null,
      long: location?.[0] ?? null,
      lat: location?.[1] ?? null,
      simulated: alarm.simulated ? 1 : 0,
      rank: rankOf(alarm),
    },
  };
}

/** One line of an alarm's story. */
export type StepLine = {
  readonly n: number;
  readonly at: number;
  /** Opaque; `system` for rules and the end of a shelving. */
  readonly who: string;
  readonly step: Step;
  readonly state: State;
  readonly note?: string;
  readonly detail?: string;
  readonly until?: number;
  readonly observedAt?: number;
};

export const stepRow = (alarm: Alarm, line: Omit<StepLine, 'n' | 'state'>): RowDelta => ({
  table: 'alarm_step',
  key: { alarm: shortId(alarm.id), n: alarm.stepCount },
  row: {
    at: line.at,
    who: line.who,
    step: line.step,
    state: alarm.state,
    note: line.note ?? null,
    detail: line.detail ?? null,
    until: line.until ?? null,
    observed_at: line.observedAt ?? null,
  },
});

/** As the list shows it. */
export type AlarmRow = {
  readonly id: string;
  readonly state: State;
  readonly acknowledged: boolean;
  readonly active: boolean;
  readonly priority: Priority;
  readonly rule: string;
  readonly subject: string | undefined;
  readonly district: string | undefined;
  readonly raisedAt: number;
  readonly clearedAt: number | undefined;
  readonly closedAt: number | undefined;
  readonly raisedCount: number;
  readonly assignedTo: string | undefined;
  readonly shelvedUntil: number | undefined;
  readonly reason: string | undefined;
  readonly title: Texts;
  readonly subjectName: Texts | undefined;
  readonly location: readonly [number, number] | undefined;
  readonly simulated: boolean;
};

const text = (value: SqlValue | undefined): string | undefined => (typeof value === 'string' ? value : undefined);
const number = (value: SqlValue | undefined): number | undefined =>
  value === null || value === undefined ? undefined : Number(value);
const words = (value: SqlValue | undefined): Texts | undefined =>
  typeof value === 'string' ? (JSON.parse(value) as Texts) : undefined;

export type Row = Readonly<Record<string, SqlValue>>;

export function alarmIn(row: Row): AlarmRow {
  const [long, lat] = [number(row['long']), number(row['lat'])];
  return {
    id: String(row['id']),
    state: row['state'] as State,
    acknowledged: row['acknowledged'] === 1,
    active: row['active'] === 1,
    priority: Number(row['priority']) as Priority,
    rule: String(row['rule']),
    subject: text(row['subject']),
    district: text(row['district']),
    raisedAt: Number(row['raised_at']),
    clearedAt: number(row['cleared_at']),
    closedAt: number(row['closed_at']),
    raisedCount: Number(row['raised_count']),
    assignedTo: text(row['assigned_to']),
    shelvedUntil: number(row['shelved_until']),
    reason: text(row['reason']),
    title: words(row['title']) ?? {},
    subjectName: words(row['subject_name']),
    location: long === undefined || lat === undefined ? undefined : [long, lat],
    simulated: row['simulated'] === 1,
  };
}

export function stepIn(row: Row): StepLine {
  const [note, detail, until, observedAt] = [
    text(row['note']),
    text(row['detail']),
    number(row['until']),
    number(row['observed_at']),
  ];
  return {
    n: Number(row['n']),
    at: Number(row['at']),
    who: String(row['who']),
    step: row['step'] as Step,
    state: row['state'] as State,
    ...(note !== undefined && { note }),
    ...(detail !== undefined && { detail }),
    ...(until !== undefined && { until }),
    ...(observedAt !== undefined && { observedAt }),
  };
}

export const handoverIn = (row: Row): Handover => ({
  id: String(row['id']),
  at: Number(row['at']),
  who: String(row['who']),
  text: String(row['text']),
  open: Number(row['open']),
  waiting: Number(row['waiting']),
  areas: typeof row['areas'] === 'string' ? (JSON.parse(row['areas']) as readonly string[]) : undefined,
});
