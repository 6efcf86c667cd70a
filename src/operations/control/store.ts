/** The tables of control, and the only SQL about them. Writes are row deltas of the record that changes the entity. */
import type { RowDelta, Rows, SqlValue, TableDefinition } from '../../store/ports.ts';
import type { Setting } from './settings.ts';
import {
  openStates,
  type Batch,
  type Command,
  type CommandState,
  type ControlPoint,
  type PointVersion,
  type StepLine,
  type Value,
} from './schema.ts';

/** Every version of every control point; the highest one holds. `body`: the point as JSON. */
const pointTable: TableDefinition = {
  name: 'control_point',
  columns: {
    point: 'TEXT',
    version: 'INTEGER',
    body: 'TEXT',
    at: 'INTEGER',
    by: 'TEXT',
    why: 'TEXT',
    removed: 'INTEGER',
  },
  key: ['point', 'version'],
};

/** `ask`: what was asked for, as JSON: value and note. `answer`: JSON too. */
const commandTable: TableDefinition = {
  name: 'control_command',
  columns: {
    id: 'TEXT',
    point: 'TEXT',
    point_version: 'INTEGER',
    ask: 'TEXT',
    state: 'TEXT',
    by: 'TEXT',
    requested_at: 'INTEGER',
    expires_at: 'INTEGER',
    sending_at: 'INTEGER',
    deadline_at: 'INTEGER',
    ended_at: 'INTEGER',
    answer: 'TEXT',
    answered_at: 'INTEGER',
    answers: 'INTEGER',
    late_at: 'INTEGER',
    detail: 'TEXT',
    batch: 'TEXT',
    steps: 'INTEGER',
    district: 'TEXT',
    simulated: 'INTEGER',
  },
  key: ['id'],
  indexes: [['point', 'requested_at'], ['state'], ['requested_at'], ['batch']],
};

const stepTable: TableDefinition = {
  name: 'control_step',
  columns: {
    command: 'TEXT',
    n: 'INTEGER',
    at: 'INTEGER',
    who: 'TEXT',
    step: 'TEXT',
    state: 'TEXT',
    detail: 'TEXT',
    value: 'TEXT',
    observed_at: 'INTEGER',
  },
  key: ['command', 'n'],
};

/** Every version of every group and schedule (`kind`); the highest one holds. */
const settingTable: TableDefinition = {
  name: 'control_setting',
  columns: {
    kind: 'TEXT',
    id: 'TEXT',
    version: 'INTEGER',
    body: 'TEXT',
    at: 'INTEGER',
    by: 'TEXT',
    why: 'TEXT',
    removed: 'INTEGER',
  },
  key: ['kind', 'id', 'version'],
};

/** What was asked of groups, as JSON. `open`: not decided, or not every point has its command. */
const batchTable: TableDefinition = {
  name: 'control_batch',
  columns: { id: 'TEXT', open: 'INTEGER', expires_at: 'INTEGER', state: 'TEXT', body: 'TEXT' },
  key: ['id'],
  indexes: [['open']],
};

/** Up to when a schedule has been looked at, ms. */
const placeTable: TableDefinition = {
  name: 'control_place',
  columns: { schedule: 'TEXT', until: 'INTEGER' },
  key: ['schedule'],
};

export const controlTables: readonly TableDefinition[] = [
  pointTable,
  commandTable,
  stepTable,
  settingTable,
  batchTable,
  placeTable,
];

export const settingRow = <T extends { readonly id: string }>(
  kind: string,
  { value, version, at, by, why, removed }: Setting<T>,
): RowDelta => ({
  table: settingTable.name,
  key: { kind, id: value.id, version },
  row: { body: JSON.stringify(value), at, by, why, removed: removed ? 1 : 0 },
});

export const batchRow = (batch: Batch): RowDelta => ({
  table: batchTable.name,
  key: { id: batch.id },
  row: {
    open: batch.state === 'confirming' || (batch.state === 'confirmed' && !batch.done) ? 1 : 0,
    expires_at: batch.expiresAt,
    state: batch.state,
    body: JSON.stringify(batch),
  },
});

export const batchGone = (id: string): RowDelta => ({ table: batchTable.name, key: { id }, row: null });

/** A command with its story. */
export const commandGone = ({ id, stepCount }: Pick<Command, 'id' | 'stepCount'>): readonly RowDelta[] => [
  { table: commandTable.name, key: { id }, row: null },
  ...Array.from({ length: stepCount }, (_, n): RowDelta => ({
    table: stepTable.name,
    key: { command: id, n: n + 1 },
    row: null,
  })),
];

export const placeRow = (schedule: string, until: number): RowDelta => ({
  table: placeTable.name,
  key: { schedule },
  row: { until },
});

export const versionRow = ({ point, version, at, by, why, removed }: PointVersion): RowDelta => ({
  table: pointTable.name,
  key: { point: point.id, version },
  row: { body: JSON.stringify(point), at, by, why, removed: removed ? 1 : 0 },
});

export const commandRow = (command: Command): RowDelta => ({
  table: commandTable.name,
  key: { id: command.id },
  row: {
    point: command.point,
    point_version: command.pointVersion,
    ask: JSON.stringify({ value: command.value, ...(command.note !== undefined && { note: command.note }) }),
    state: command.state,
    by: command.by,
    requested_at: command.requestedAt,
    expires_at: command.expiresAt,
    sending_at: command.sendingAt ?? null,
    deadline_at: command.deadlineAt ?? null,
    ended_at: command.endedAt ?? null,
    answer: command.answer === undefined ? null : JSON.stringify(command.answer),
    answered_at: command.answeredAt ?? null,
    answers: command.answers,
    late_at: command.lateAt ?? null,
    detail: command.detail ?? null,
    batch: command.batch ?? null,
    steps: command.stepCount,
    district: command.district,
    simulated: command.simulated ? 1 : 0,
  },
});

export const stepRow = (
  command: Command,
  { n, at, who, step, state, detail, value, observedAt }: StepLine,
): RowDelta => ({
  table: stepTable.name,
  key: { command: command.id, n },
  row: {
    at,
    who,
    step,
    state,
    detail: detail ?? null,
    value: value === undefined ? null : JSON.stringify(value),
    observed_at: observedAt ?? null,
  },
});

/** It has left, or may have. */
const toldStates = "'sending', 'sent', 'maybeSent', 'confirmed', 'contradicted', 'noAnswer'";

export type ControlStore = ReturnType<typeof controlStore>;
type Row = Readonly<Record<string, SqlValue>>;
const marks = (n: number): string => Array.from({ length: n }, () => '?').join(', ');

export function controlStore(rows: Rows) {
  const commands = async (rest: string, parameters: readonly SqlValue[]): Promise<readonly Command[]> =>
    (await rows.all(`SELECT * FROM control_command ${rest}`, parameters)).map(commandIn);
  return {
    /** Oldest first. */
    async versions(): Promise<readonly PointVersion[]> {
      const found = await rows.all('SELECT * FROM control_point ORDER BY point, version');
      return found.map((row) => ({
        point: JSON.parse(String(row['body'])) as ControlPoint,
        version: Number(row['version']),
        at: Number(row['at']),
        by: String(row['by']),
        why: String(row['why']),
        removed: row['removed'] === 1,
      }));
    },
    /** Oldest first. */
    async settings<T>(kind: string): Promise<readonly Setting<T>[]> {
      const found = await rows.all('SELECT * FROM control_setting WHERE kind = ? ORDER BY id, version', [kind]);
      return found.map((row) => ({
        value: JSON.parse(String(row['body'])) as T,
        version: Number(row['version']),
        at: Number(row['at']),
        by: String(row['by']),
        why: String(row['why']),
        removed: row['removed'] === 1,
      }));
    },
    async batch(id: string): Promise<Batch | undefined> {
      const row = await rows.get('SELECT body FROM control_batch WHERE id = ?', [id]);
      return row && (JSON.parse(String(row['body'])) as Batch);
    },
    /** Not confirmed in time; or confirmed, and not every point has its command. */
    async unsettledBatches(now: number): Promise<readonly Batch[]> {
      const sql = `SELECT body FROM control_batch WHERE open = 1 AND (state = 'confirmed' OR expires_at <= ?) ORDER BY id`;
      return (await rows.all(sql, [now])).map((row) => JSON.parse(String(row['body'])) as Batch);
    },
    async schedulePlace(schedule: string): Promise<number | undefined> {
      const row = await rows.get('SELECT until FROM control_place WHERE schedule = ?', [schedule]);
      return row && Number(row['until']);
    },
    ofBatch: (batch: string): Promise<readonly Command[]> => commands('WHERE batch = ? ORDER BY point', [batch]),
    open: (): Promise<readonly Command[]> =>
      commands(`WHERE state IN (${marks(openStates.length)}) ORDER BY requested_at, id`, openStates),
    async find(id: string): Promise<Command | undefined> {
      return (await commands('WHERE id = ?', [id]))[0];
    },
    /** The newest of each point. */
    async last(): Promise<readonly Command[]> {
      return commands(
        `c WHERE NOT EXISTS (
          SELECT 1 FROM control_command n WHERE n.point = c.point
            AND (n.requested_at > c.requested_at OR (n.requested_at = c.requested_at AND n.id > c.id))
        )`,
        [],
      );
    },
    /**
     * Ids of those that ended before an instant, ms; but neither the last one of a point nor what it was last told, which is what
     * it is wanted to be.
     */
    async endedBefore(before: number): Promise<readonly string[]> {
      const later = `SELECT 1 FROM control_command n WHERE n.point = c.point
        AND (n.requested_at > c.requested_at OR (n.requested_at = c.requested_at AND n.id > c.id))`;
      const found = await rows.all(
        `SELECT id FROM control_command c WHERE ended_at < ?
          AND EXISTS (${later}) AND (state NOT IN (${toldStates}) OR EXISTS (${later} AND n.state IN (${toldStates})))
        ORDER BY ended_at, id`,
        [before],
      );
      return found.map((row) => String(row['id']));
    },
    /** Ids of those that were decided, or expired. */
    async batchesBefore(before: number): Promise<readonly string[]> {
      const sql = 'SELECT id FROM control_batch WHERE open = 0 AND expires_at < ? ORDER BY id';
      return (await rows.all(sql, [before])).map((row) => String(row['id']));
    },
    /** The newest first. */
    ofPoint: (point: string, limit: number): Promise<readonly Command[]> =>
      commands('WHERE point = ? ORDER BY requested_at DESC, id DESC LIMIT ?', [point, limit]),
    /** The newest first; `districts` absent: of the whole city. */
    list: (
      filter: { readonly state?: CommandState; readonly districts?: readonly string[] },
      limit: number,
      offset: number,
    ): Promise<readonly Command[]> => {
      const parts = ['1 = 1'];
      const parameters: SqlValue[] = [];
      if (filter.state !== undefined) {
        parts.push('state = ?');
        parameters.push(filter.state);
      }
      if (filter.districts) {
        parts.push(`district IN (${marks(filter.districts.length)})`);
        parameters.push(...filter.districts);
      }
      return commands(`WHERE ${parts.join(' AND ')} ORDER BY requested_at DESC, id DESC LIMIT ? OFFSET ?`, [
        ...parameters,
        limit,
        offset,
      ]);
    },
    /** What a point was last told, whether it obeyed or not. */
    async lastTold(point: string): Promise<Value | undefined> {
      const row = await rows.get(
        `SELECT ask FROM control_command WHERE point = ?
          AND state IN (${toldStates})
        ORDER BY requested_at DESC, id DESC LIMIT 1`,
        [point],
      );
      return row && (JSON.parse(String(row['ask'])) as { value: Value }).value;
    },
    /** The story of a command, oldest first. */
    async steps(id: string): Promise<readonly StepLine[]> {
      return (await rows.all('SELECT * FROM control_step WHERE command = ? ORDER BY n', [id])).map(stepIn);
    },
  };
}

const number = (value: SqlValue | undefined): number | undefined =>
  value === null || value === undefined ? undefined : Number(value);
const text = (value: SqlValue | undefined): string | undefined => (typeof value === 'string' ? value : undefined);
const json = (value: SqlValue | undefined): Value | undefined =>
  typeof value === 'string' ? (JSON.parse(value) as Value) : undefined;

/** Without what is not there. */
const some = <T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };

function commandIn(row: Row): Command {
  return {
    id: String(row['id']),
    point: String(row['point']),
    pointVersion: Number(row['point_version']),
    ...(JSON.parse(String(row['ask'])) as { value: Value; note?: string }),
    state: row['state'] as CommandState,
    by: String(row['by']),
    requestedAt: Number(row['requested_at']),
    expiresAt: Number(row['expires_at']),
    answers: Number(row['answers']),
    stepCount: Number(row['steps']),
    district: String(row['district']),
    simulated: row['simulated'] === 1,
    ...some({
      sendingAt: number(row['sending_at']),
      deadlineAt: number(row['deadline_at']),
      endedAt: number(row['ended_at']),
      answer: json(row['answer']),
      answeredAt: number(row['answered_at']),
      lateAt: number(row['late_at']),
      detail: text(row['detail']),
      batch: text(row['batch']),
    }),
  };
}

const stepIn = (row: Row): StepLine => ({
  n: Number(row['n']),
  at: Number(row['at']),
  who: String(row['who']),
  step: row['step'] as StepLine['step'],
  state: row['state'] as CommandState,
  ...some({ detail: text(row['detail']), value: json(row['value']), observedAt: number(row['observed_at']) }),
});
