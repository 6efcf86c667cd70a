/** Work orders as they are made, worked and checked. Knows neither HTTP nor SQL. */
import type { Clock } from '../../base/clock.ts';
import { idOfWords, randomId } from '../../base/ids.ts';
import { Problem } from '../../base/problem.ts';
import { oneAtATime } from '../../base/queue.ts';
import type { Broker, Looked } from '../../broker/index.ts';
import { systemPrincipal, type Action, type Principal } from '../../http/index.ts';
import { coreContext, parseQ, type Entity, type EntityDelta } from '../../ngsild/index.ts';
import type { Files, RowDelta, Rows } from '../../store/ports.ts';
import type { City } from '../../ui/index.ts';
import { keepAbreast } from '../abreast.ts';
import type { Alarms } from '../alarms/index.ts';
import { districtIri, noteIri, orderDelta, orderOf, orderPrefix, orderType } from './entity.ts';
import { worked } from './lifecycle.ts';
import { madeOf, placesOf } from './made.ts';
import { cleaned } from './photos.ts';
import { readOff, storyOf, toldDelta } from './recorded.ts';
import {
  managerSteps,
  workSteps,
  type Act,
  type AskedReading,
  type Draft,
  type Order,
  type OrderFilter,
} from './schema.ts';
import { isRequest, ofAlarm, ofAsset, ofRequest, type Source } from './source.ts';
import { orderStore, type Counts, type Seen } from './store.ts';
import {
  assigneeRow,
  orderRow,
  photoRow,
  shortId,
  stepRow,
  type KeptPhoto,
  type OrderRow,
  type StepLine,
} from './tables.ts';
import { timesOf, type TimeSpent } from './times.ts';

/** The order is not any more as whoever acts has seen it: what was done to it meanwhile. */
export class Overtaken extends Problem {
  readonly by: string;
  readonly line: StepLine;
  constructor(by: string, line: StepLine, detail: string) {
    super(
      'conflict',
      `${detail}; the last step was ${line.step} by ${by} at ${new Date(line.at).toISOString()}`,
      'step',
    );
    this.by = by;
    this.line = line;
  }
}

/** Asks the policy; of a district's id, `''` where a thing belongs to none. */
export type Permits = (who: Principal, action: Action, resource?: { type: 'Area'; id: string }) => boolean;

/** Orders that go on. */
const notOver = parseQ('status!="closed";status!="cancelled"', coreContext);

export type Page = { readonly limit: number; readonly offset: number };

/** An order whole: with its story, as far as `who` may see notes, and what `who` may do. */
export type Opened = {
  readonly order: Order;
  readonly assignee: string | undefined;
  readonly steps: readonly StepLine[];
  readonly times: readonly TimeSpent[];
  readonly mayManage: boolean;
  readonly mayWork: boolean;
  /** Did some of the work, and so does not close it. */
  readonly hasWorked: boolean;
};

/** What comes with an act. */
export type Sent = {
  /** The last handling step that `who` knew of. */
  readonly seen?: number;
  /** Given by the phone: sent again, nothing is done again. */
  readonly act?: string;
  /** ms: when it was done, by the phone's clock. */
  readonly doneAt?: number;
};

export type Orders = {
  /**
   * @param key sent again, the same order
   * @returns its id without the prefix
   * @throws Problem bad-data (field), forbidden, conflict: the alarm is closed
   */
  make(who: Principal, draft: Draft, key?: string): Promise<string>;
  /** What the form of a new one begins with. @throws Problem not-found, bad-data */
  suggest(who: Principal, from: Pick<Draft, 'alarm' | 'request' | 'asset'>): Promise<Source>;
  /** @param id without the prefix. @throws Problem not-found */
  get(who: Principal, id: string): Promise<Opened>;
  list(who: Principal, filter: OrderFilter, page: Page): Promise<{ orders: readonly OrderRow[]; total: number }>;
  counts(who: Principal, filter?: Omit<OrderFilter, 'show'>): Promise<Counts>;
  /** Time spent, by order. */
  times(ids: readonly string[]): Promise<ReadonlyMap<string, readonly TimeSpent[]>>;
  /** @throws Overtaken; Problem not-found, forbidden, conflict, bad-data */
  act(who: Principal, id: string, act: Act | AskedReading, sent?: Sent): Promise<void>;
  /** Cleans a photo and adds it to what was done. @throws as `act`, and as `cleaned` */
  addPhoto(who: Principal, id: string, bytes: Uint8Array, caption: string | undefined, sent?: Sent): Promise<void>;
  /** @throws Problem not-found */
  photo(who: Principal, id: string, n: number): Promise<Uint8Array>;
  /** Whether there is one of this id, whoever may see it. */
  has(id: string): Promise<boolean>;
  /** From here on the list follows what others make of WorkOrders. */
  start(): Promise<void>;
  stop(): Promise<void>;
};

const by = { by: 'operations' };
/** Whoever may see only some orders by their attributes sees at most so many: the first by id. */
const someMax = 1000;

export function openOrders(deps: {
  broker: Broker;
  rows: Rows;
  files: Files;
  city: City;
  clock: Clock;
  alarms: Pick<Alarms, 'give'>;
  permits: Permits;
  nameOf: (id: string) => string;
}): Orders {
  const { broker, city, clock, alarms, permits, nameOf } = deps;
  const store = orderStore(deps.rows);
  const files = deps.files.keeper(() => store.photoHashes());
  let unfollow: (() => Promise<void>) | undefined;
  /** Of one order at a time: what is asked of rows (who has it, what was done already) holds until it is decided. */
  const turns = new Map<string, { queue: ReturnType<typeof oneAtATime>; waiting: number }>();

  async function inTurn<T>(id: string, work: () => Promise<T>): Promise<T> {
    const turn = turns.get(id) ?? { queue: oneAtATime(), waiting: 0 };
    turns.set(id, turn);
    turn.waiting++;
    try {
      return await turn.queue(work);
    } finally {
      if (--turn.waiting === 0) turns.delete(id);
    }
  }

  const inArea = (who: Principal, action: Action, district: string | undefined): boolean =>
    permits(who, action, { type: 'Area', id: district ?? '' });
  const worksAnywhere = (who: Principal): boolean => permits(who, 'manageOrders') || permits(who, 'doOrders');

  const seenBy = async (who: Principal): Promise<Seen> => {
    if (worksAnywhere(who)) return who.areas ? { districts: who.areas, who: who.id } : 'all';
    const view = broker.view(who);
    if (!view.showsTypes([orderType])) return 'none';
    const texts = view.texts([orderType], districtIri);
    if (texts !== undefined) return typeof texts === 'string' ? texts : { districts: texts, who: who.id };
    const query = { type: { node: 'type', iri: orderType } } as const;
    const { entities } = await broker.query(who, 0, query, { limit: someMax, offset: 0 });
    return { ids: entities.map(({ id }) => shortId(id)) };
  };
  const shows = (who: Principal, entity: Entity, order: Order, assignee: string | undefined): boolean => {
    if (!worksAnywhere(who)) return broker.view(who).shows(entity);
    return assignee === who.id || !who.areas || who.areas.includes(order.district ?? '');
  };
  const looking = async (who: Principal) => ({ who: who.id, seen: await seenBy(who), now: clock.now() });

  const mayManage = (who: Principal, order: Order): boolean => inArea(who, 'manageOrders', order.district);
  /** Whoever manages orders may note what a crew says by radio. */
  const mayWork = (who: Principal, order: Order, assignee: string | undefined): boolean =>
    inArea(who, 'doOrders', order.district) ||
    mayManage(who, order) ||
    (assignee === who.id && permits(who, 'doOrders'));

  const visible = (who: Principal, looked: Looked, id: string, assignee: string | undefined): Order => {
    const stored = looked.get(id);
    const order = stored && orderOf(stored.entity);
    if (!order || !shows(who, stored.entity, order, assignee))
      throw new Problem('not-found', `there is no work order ${shortId(id)}`, 'id');
    return order;
  };

  /** Two are needed: whoever worked does not say that it is good. Without accounts nobody is told from another. */
  const workedOn = (who: Principal, steps: readonly StepLine[]): boolean =>
    who.kind !== 'anonymous' && steps.some((line) => line.who === who.id && workSteps.includes(line.step));

  function demandRight(who: Principal, order: Order, act: Act | AskedReading, assignee: string | undefined): void {
    const isManaging = (managerSteps as readonly string[]).includes(act.step);
    if (isManaging ? mayManage(who, order) : mayWork(who, order, assignee)) return;
    throw new Problem('forbidden', `you may not do this here: ${isManaging ? 'manageOrders' : 'doOrders'}`, 'step');
  }

  const lineOf = (who: Principal, act: Act, ms: number, { act: key, doneAt }: Sent) => ({
    at: ms,
    who: who.id,
    ...storyOf(act),
    ...(key !== undefined && { act: key }),
    ...(doneAt !== undefined && doneAt < ms && { doneAt }),
  });

  /** What is recorded of one step. */
  function decide(
    who: Principal,
    looked: Looked,
    at: string,
    urn: string,
    given: { act: Act | AskedReading; sent: Sent; assignee: string | undefined; hasWorked: boolean; photo?: KeptPhoto },
  ): { entities: EntityDelta[]; rows: RowDelta[] } {
    const { sent, assignee, hasWorked, photo } = given;
    const ms = Date.parse(at);
    const before = visible(who, looked, urn, assignee);
    demandRight(who, before, given.act, assignee);
    const act = 'attribute' in given.act ? readOff(given.act, before, looked, ms) : given.act;
    if (sent.seen !== undefined && before.handledStep > sent.seen)
      throw new Problem('conflict', 'the order has changed since', 'step');
    if (act.step === 'close' && hasWorked)
      throw new Problem(
        'forbidden',
        'whoever did the work does not close it: somebody else looks at the proof',
        'step',
      );
    const after = worked(before, act, ms);
    const entities: EntityDelta[] = [orderDelta(before, after, at)];
    const rows: RowDelta[] = [orderRow(after), stepRow(after, lineOf(who, act, ms, sent))];
    if (act.step === 'assign') rows.push(assigneeRow(urn, act.assignee));
    if (act.step === 'accept' && assignee === undefined && before.crew === undefined)
      rows.push(assigneeRow(urn, who.id));
    if (act.step === 'decline') rows.push(assigneeRow(urn, undefined));
    if (act.step === 'photo' && photo) rows.push(photoRow(urn, after.photoCount, photo));
    if (act.step === 'dropPhoto') rows.push(photoRow(urn, act.n, null));
    const request = before.request === undefined ? undefined : looked.get(before.request);
    if (act.step === 'tell' && request) entities.push(toldDelta(request.entity, act.text, at));
    return { entities, rows };
  }

  async function act(
    who: Principal,
    id: string,
    given: Act | AskedReading,
    sent: Sent,
    photo?: KeptPhoto,
  ): Promise<void> {
    const urn = orderPrefix + id;
    const stored = await broker.find(systemPrincipal, 0, urn);
    const known = stored && orderOf(stored.entity);
    const [steps, assignee] = await Promise.all([store.steps(id), store.assignee(id)]);
    const ids = [urn, ...(given.step === 'tell' && known?.request !== undefined ? [known.request] : [])];
    if ('attribute' in given) {
      const entity = given.entity ?? known?.asset;
      // What somebody may not see is not read for them either.
      if (entity !== undefined && (await broker.find(who, 0, entity))) ids.push(entity);
    }
    try {
      await broker.amend(systemPrincipal, 0, ids, by, (looked, at) =>
        decide(who, looked, at, urn, {
          act: given,
          sent,
          assignee,
          hasWorked: workedOn(who, steps),
          ...(photo && { photo }),
        }),
      );
    } catch (error) {
      const last = steps.findLast(({ step }) => step !== 'note');
      if (error instanceof Problem && error.kind === 'conflict' && error.field === 'step' && last)
        throw new Overtaken(nameOf(last.who), last, error.message);
      throw error;
    }
  }

  /** Done already, when it is sent again. @throws Problem conflict: the act's id was used for something else */
  const wasDone = async (who: Principal, id: string, { act: key }: Sent): Promise<boolean> => {
    const done = key === undefined ? undefined : await store.act(key);
    if (!done) return false;
    if (done.order !== id || done.who !== who.id)
      throw new Problem('conflict', 'this id was used for another act', 'act');
    return true;
  };

  const found = async (who: Principal, id: string, field: string): Promise<Entity> => {
    const stored = await broker.find(who, 0, id);
    if (!stored) throw new Problem('bad-data', `there is no entity ${id}`, field);
    return stored.entity;
  };

  const suggest: Orders['suggest'] = async (who, { alarm, request, asset }) => {
    if (alarm !== undefined) {
      const source = ofAlarm(await found(who, alarm, 'alarm'));
      if (!source.title) throw new Problem('bad-data', `${alarm} is no alarm`, 'alarm');
      return source;
    }
    if (request !== undefined) {
      const entity = await found(who, request, 'request');
      if (!isRequest(entity)) throw new Problem('bad-data', `${request} is no request`, 'request');
      return ofRequest(entity, city);
    }
    return asset === undefined ? {} : ofAsset(await found(who, asset, 'entity'), city);
  };

  return {
    suggest,
    has: async (id) => (await broker.find(systemPrincipal, 0, orderPrefix + id)) !== undefined,

    async make(who, draft, key) {
      const id = key === undefined ? randomId() : idOfWords('work order', who.id, key);
      const urn = orderPrefix + id;
      const source = await suggest(who, draft);
      const asset = draft.asset ?? source.asset;
      const ids = [urn, draft.alarm, draft.request, asset].filter((one) => one !== undefined);
      if (draft.asset !== undefined) await found(who, draft.asset, 'entity');
      await broker.amend(systemPrincipal, 0, ids, by, (looked, at) => {
        if (looked.get(urn)) return { entities: [] };
        const ms = Date.parse(at);
        const thing = asset === undefined ? undefined : looked.get(asset)?.entity;
        const order = madeOf(urn, draft, source, thing, city, ms);
        if (placesOf(draft, source, thing, city).some((district) => !inArea(who, 'manageOrders', district)))
          throw new Problem('forbidden', 'you may not do this here: manageOrders', 'district');
        const detail = order.crew;
        const line = { at: ms, who: who.id, step: 'make' as const, ...(detail !== undefined && { detail }) };
        const to = order.crew ?? order.department ?? `WorkOrder ${id}`;
        const given = draft.alarm === undefined ? undefined : alarms.give(looked, draft.alarm, who, to, at);
        return {
          entities: [orderDelta(undefined, order, at), ...(given?.entities ?? [])],
          rows: [
            orderRow(order),
            stepRow(order, { ...line, ...(draft.note !== undefined && { note: draft.note }) }),
            ...(draft.assignee === undefined ? [] : [assigneeRow(urn, draft.assignee)]),
            ...(given?.rows ?? []),
          ],
        };
      });
      return id;
    },

    async get(who, id) {
      const urn = orderPrefix + id;
      const stored = await broker.find(systemPrincipal, 0, urn);
      const [steps, assignee] = await Promise.all([store.steps(id), store.assignee(id)]);
      const known = visible(who, { get: () => stored }, urn, assignee);
      const rights = { mayManage: mayManage(who, known), mayWork: mayWork(who, known, assignee) };
      const hasWorked = workedOn(who, steps);
      const times = timesOf(steps, clock.now());
      // Whoever works on an order reads its notes; others by what the policy says of them.
      if (rights.mayWork || broker.view(who).showsAttribute(noteIri))
        return { order: known, assignee, steps, times, hasWorked, ...rights };
      const { note: _note, ...order } = known;
      return { order, assignee, steps: steps.map(({ note: _own, ...step }) => step), times, hasWorked, ...rights };
    },
    list: async (who, filter, page) => store.list(filter, await looking(who), page.limit, page.offset),
    counts: async (who, filter = {}) => store.counts(filter, await looking(who)),
    async times(ids) {
      const now = clock.now();
      return new Map([...(await store.timed(ids))].map(([id, steps]) => [id, timesOf(steps, now)]));
    },

    act: (who, id, given, sent = {}) =>
      inTurn(id, async () => {
        if (!(await wasDone(who, id, sent))) await act(who, id, given, sent);
      }),

    async addPhoto(who, id, bytes, caption, sent = {}) {
      const { mayWork: may } = await this.get(who, id);
      if (!may) throw new Problem('forbidden', 'you may not do this here: doOrders', 'step');
      if (await wasDone(who, id, sent)) return;
      const { bytes: drawn, ...size } = await cleaned(bytes);
      const hash = await files.put(drawn);
      await inTurn(id, async () => {
        if (await wasDone(who, id, sent)) return;
        const given: Act = { step: 'photo', ...(caption !== undefined && { caption }) };
        await act(who, id, given, sent, { hash, bytes: drawn.length, ...size });
      });
    },
    async photo(who, id, n) {
      await this.get(who, id);
      const kept = await store.photo(id, n);
      const bytes = kept && (await files.get(kept.hash));
      if (!bytes) throw new Problem('not-found', `work order ${id} has no photo ${n}`, 'n');
      return bytes;
    },

    async start() {
      const rowOf = (entity: Entity | undefined): RowDelta | undefined => {
        const order = entity && orderOf(entity);
        return order && orderRow(order);
      };
      unfollow = await keepAbreast(deps, {
        name: 'orders',
        type: orderType,
        prefix: orderPrefix,
        table: 'work_order',
        open: notOver,
        rowOf,
        openMarks: () => store.openMarks(),
        markOf: (entity) => {
          const { open, state, rank } = rowOf(entity)?.row ?? {};
          return open === 1 ? `${String(state)} ${String(rank)}` : undefined;
        },
      });
    },
    async stop() {
      await unfollow?.();
    },
  };
}
