/** Tables of work orders. The row of the list is made of the WorkOrder entity, in the same record. */
import type { RowDelta, SqlValue, TableDefinition } from '../../store/ports.ts';
import { orderPrefix } from './entity.ts';
import { over, type Order, type Priority, type State, type Step, type Texts } from './schema.ts';

const orderTable: TableDefinition = {
  name: 'work_order',
  columns: {
    /** Without the prefix. */
    id: 'TEXT',
    state: 'TEXT',
    /** Neither closed nor cancelled. */
    open: 'INTEGER',
    priority: 'INTEGER',
    /** Words by language, as JSON. */
    title: 'TEXT',
    asset: 'TEXT',
    asset_name: 'TEXT',
    /** Ids of entities. */
    alarm: 'TEXT',
    request: 'TEXT',
    crew: 'TEXT',
    department: 'TEXT',
    district: 'TEXT',
    place: 'TEXT',
    long: 'REAL',
    lat: 'REAL',
    made_at: 'INTEGER',
    due_at: 'INTEGER',
    started_at: 'INTEGER',
    finished_at: 'INTEGER',
    closed_at: 'INTEGER',
    reason: 'TEXT',
    photos: 'INTEGER',
    readings: 'INTEGER',
    simulated: 'INTEGER',
    /** The order of the list, as text: priority, then what is due first, then the oldest. */
    rank: 'TEXT',
  },
  key: ['id'],
  indexes: [['open', 'rank'], ['alarm'], ['request'], ['open', 'closed_at']],
};

/** To whom an order was given by account; none: to a crew by name. */
const assigneeTable: TableDefinition = {
  name: 'work_order_assignee',
  columns: { work_order: 'TEXT', who: 'TEXT' },
  key: ['work_order'],
  indexes: [['who']],
};

/** What was done to an order: `who` an opaque id; `act` the id that a phone gave it, so that it is done once; `minutes` of work. */
const stepTable: TableDefinition = {
  name: 'work_order_step',
  columns: {
    work_order: 'TEXT',
    n: 'INTEGER',
    at: 'INTEGER',
    who: 'TEXT',
    step: 'TEXT',
    state: 'TEXT',
    note: 'TEXT',
    detail: 'TEXT',
    minutes: 'INTEGER',
    /** ms: when it was done, by the phone's clock, where it was sent later. */
    done_at: 'INTEGER',
    act: 'TEXT',
  },
  key: ['work_order', 'n'],
  indexes: [['at'], ['act'], ['who']],
};

const photoTable: TableDefinition = {
  name: 'work_order_photo',
  columns: { work_order: 'TEXT', n: 'INTEGER', hash: 'TEXT', bytes: 'INTEGER', width: 'INTEGER', height: 'INTEGER' },
  key: ['work_order', 'n'],
};

export const orderTables: readonly TableDefinition[] = [orderTable, assigneeTable, stepTable, photoTable];

export const shortId = (id: string): string => id.slice(orderPrefix.length);

const latest = 10 ** 13;
const padded = (at: number): string => String(Math.trunc(at)).padStart(13, '0');
const rankOf = ({ id, priority, dueAt, madeAt }: Order): string =>
  `${priority}${padded(dueAt ?? latest)}${padded(madeAt)}${shortId(id)}`;

export function orderRow(order: Order): RowDelta {
  const { location, assetName } = order;
  return {
    table: 'work_order',
    key: { id: shortId(order.id) },
    row: {
      state: order.state,
      open: over.includes(order.state) ? 0 : 1,
      priority: order.priority,
      title: JSON.stringify(order.title),
      asset: order.asset ?? null,
      asset_name: assetName ? JSON.stringify(assetName) : null,
      alarm: order.alarm ?? null,
      request: order.request ?? null,
      crew: order.crew ?? null,
      department: order.department ?? null,
      district: order.district ?? null,
      place: order.place ?? null,
      long: location?.[0] ?? null,
      lat: location?.[1] ?? null,
      made_at: order.madeAt,
      due_at: order.dueAt ?? null,
      started_at: order.startedAt ?? null,
      finished_at: order.finishedAt ?? null,
      closed_at: order.closedAt ?? null,
      reason: order.reason ?? null,
      photos: order.photos.length,
      readings: order.readings.length,
      simulated: order.simulated ? 1 : 0,
      rank: rankOf(order),
    },
  };
}

export const assigneeRow = (id: string, who: string | undefined): RowDelta => ({
  table: 'work_order_assignee',
  key: { work_order: shortId(id) },
  row: who === undefined ? null : { who },
});

/** One line of an order's story. */
export type StepLine = {
  readonly n: number;
  readonly at: number;
  /** Opaque. */
  readonly who: string;
  readonly step: Step;
  readonly state: State;
  readonly note?: string;
  readonly detail?: string;
  readonly minutes?: number;
  readonly doneAt?: number;
  readonly act?: string;
};

export const stepRow = (order: Order, line: Omit<StepLine, 'n' | 'state'>): RowDelta => ({
  table: 'work_order_step',
  key: { work_order: shortId(order.id), n: order.stepCount },
  row: {
    at: line.at,
    who: line.who,
    step: line.step,
    state: order.state,
    note: line.note ?? null,
    detail: line.detail ?? null,
    minutes: line.minutes ?? null,
    done_at: line.doneAt ?? null,
    act: line.act ?? null,
  },
});

/** A photo as it is kept, cleaned. */
export type KeptPhoto = {
  readonly hash: string;
  readonly bytes: number;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
};

/** @param photo null: it goes */
export const photoRow = (id: string, n: number, photo: KeptPhoto | null): RowDelta => ({
  table: 'work_order_photo',
  key: { work_order: shortId(id), n },
  row: photo && { ...photo },
});

/** As the list shows it. */
export type OrderRow = Pick<Order, 'state' | 'priority' | 'title' | 'madeAt' | 'simulated'> & {
  readonly id: string;
  readonly asset: string | undefined;
  readonly assetName: Texts | undefined;
  readonly alarm: string | undefined;
  readonly request: string | undefined;
  readonly crew: string | undefined;
  readonly department: string | undefined;
  readonly district: string | undefined;
  readonly place: string | undefined;
  readonly location: readonly [number, number] | undefined;
  readonly dueAt: number | undefined;
  readonly startedAt: number | undefined;
  readonly finishedAt: number | undefined;
  readonly closedAt: number | undefined;
  readonly reason: string | undefined;
  readonly photos: number;
  readonly readings: number;
  /** Opaque. */
  readonly assignee: string | undefined;
};

export type Row = Readonly<Record<string, SqlValue>>;
const text = (value: SqlValue | undefined): string | undefined => (typeof value === 'string' ? value : undefined);
const number = (value: SqlValue | undefined): number | undefined => (typeof value === 'number' ? value : undefined);
const words = (value: SqlValue | undefined): Texts | undefined =>
  typeof value === 'string' ? (JSON.parse(value) as Texts) : undefined;

export function orderIn(row: Row): OrderRow {
  const [long, lat] = [number(row['long']), number(row['lat'])];
  return {
    id: String(row['id']),
    state: row['state'] as State,
    priority: Number(row['priority']) as Priority,
    title: words(row['title']) ?? {},
    asset: text(row['asset']),
    assetName: words(row['asset_name']),
    alarm: text(row['alarm']),
    request: text(row['request']),
    crew: text(row['crew']),
    department: text(row['department']),
    district: text(row['district']),
    place: text(row['place']),
    location: long === undefined || lat === undefined ? undefined : [long, lat],
    madeAt: Number(row['made_at']),
    dueAt: number(row['due_at']),
    startedAt: number(row['started_at']),
    finishedAt: number(row['finished_at']),
    closedAt: number(row['closed_at']),
    reason: text(row['reason']),
    photos: Number(row['photos']),
    readings: Number(row['readings']),
    assignee: text(row['assignee']),
    simulated: row['simulated'] === 1,
  };
}

export function stepIn(row: Row): StepLine {
  const [note, detail, minutes, doneAt, act] = [
    text(row['note']),
    text(row['detail']),
    number(row['minutes']),
    number(row['done_at']),
    text(row['act']),
  ];
  return {
    n: Number(row['n']),
    at: Number(row['at']),
    who: String(row['who']),
    step: row['step'] as Step,
    state: row['state'] as State,
    ...(note !== undefined && { note }),
    ...(detail !== undefined && { detail }),
    ...(minutes !== undefined && { minutes }),
    ...(doneAt !== undefined && { doneAt }),
    ...(act !== undefined && { act }),
  };
}
