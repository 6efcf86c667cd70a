/**
 * Commands at work. Each is written down before it leaves and leaves at most once: what was on its way when the process ended is
 * never sent again, and what has expired never leaves. One process owns a city, so each control point has one lane in which one
 * thing happens after the other; the rows say the same, and are read when the process starts.
 */
import type { Clock } from '../../base/clock.ts';
import { idOfWords, type NewId } from '../../base/ids.ts';
import type { Log } from '../../base/log.ts';
import type { Metrics } from '../../base/metrics.ts';
import { Problem } from '../../base/problem.ts';
import { within } from '../../base/timers.ts';
import { isSimulated, type Broker, type Decision, type Looked } from '../../broker/index.ts';
import { systemPrincipal, type Principal, type Resource } from '../../http/index.ts';
import { controlDelta, controlIri } from './entity.ts';
import { change, desiredOf, newLane, requested, taken, type Change, type Lane } from './lane.ts';
import { agrees, deadlineOf, durationMs, isAnswer, payloadOf, stepped, type Told } from './lifecycle.ts';
import { parseValue } from './parse.ts';
import type { Points } from './points.ts';
import { readBacks, readEntityOf, standing, type Reading } from './readback.ts';
import {
  isOpen,
  isUnderWay,
  type Command,
  type CommandDoor,
  type CommandRequest,
  type CommandStep,
  type ControlPoint,
  type Value,
} from './schema.ts';
import { commandRow, stepRow, type ControlStore } from './store.ts';

/** Somebody else was first. */
export class Overtaken extends Problem {
  readonly by: string;
  readonly command: Command;
  constructor(by: string, command: Command) {
    super('conflict', `${by} has asked for ${command.value} at ${new Date(command.requestedAt).toISOString()}`, 'seen');
    this.by = by;
    this.command = command;
  }
}

/** How a point stands: what was asked of it last, and what it is wanted to be. */
export type PointState = { readonly last: Command | undefined; readonly desired: Value | undefined };

/** What is recorded beside the end of a command, knowing how these entities stand. */
export type Attention = (
  point: ControlPoint,
  after: Command,
) => Promise<{ readonly ids: readonly string[]; readonly decide: (looked: Looked, at: string) => Decision }>;

export type Commands = {
  /** @throws Problem not-found, forbidden, bad-data; Overtaken; conflict: the key was used for something else */
  request(who: Principal, point: string, ask: CommandRequest): Promise<Command>;
  /**
   * The same for who has been found to may: groups and schedules. An id that is known is the same command.
   * @param by opaque id
   */
  ask(
    by: string,
    point: ControlPoint,
    asked: Omit<CommandRequest, 'key'> & { readonly id: string; readonly batch?: string },
  ): Promise<Command>;
  /** Before it has left. @throws Problem not-found, forbidden, conflict */
  cancel(who: Principal, id: string): Promise<Command>;
  state(point: string): PointState;
  /** Reads what is open, settles what was on its way when the process ended, and begins. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** What time does: what has expired, what was not answered. */
  beat(): Promise<void>;
};

const beatMs = 500;
/** Whoever asks is told at once how it went, if it goes fast. */
const soonMs = 700;
/** A right answer is looked for so long after the deadline. */
const lateMsMax = 24 * 3_600_000;
/** Who was not there is not asked again for so long, unless it says that it has come. */
const restMs = 5_000;
const cause = { by: 'control' };

export function openCommands(deps: {
  points: Points;
  store: ControlStore;
  broker: Pick<Broker, 'amend' | 'find' | 'follow'>;
  door: CommandDoor;
  clock: Clock;
  newId: NewId;
  log: Log;
  metrics: Metrics;
  permits: (who: Principal, action: 'controlDevices', resource: Resource) => boolean;
  nameOf: (id: string) => string;
  /** What else is recorded with the end of a command. */
  attention?: Attention;
}): Commands {
  const { points, store, broker, door, clock, newId, log, metrics, permits, nameOf } = deps;
  const counted = metrics.counter('chorsu_control_steps_total', 'Steps of commands to devices, by step');
  const lanes = new Map<string, Lane>();
  let watched = readBacks([]);
  let timer: NodeJS.Timeout | undefined;
  let unfollow: (() => Promise<void>) | undefined;
  let stopping = false;

  const laneOf = (id: string): Lane => {
    let lane = lanes.get(id);
    if (!lane) lanes.set(id, (lane = newLane(id)));
    return lane;
  };
  const watch = (): void => {
    const begun = [...lanes.values()].filter(({ open }) => open.length > 0).map((lane) => pointOf(lane).point);
    const all = [...begun, ...points.list().map(({ point }) => point)];
    watched = readBacks(new Map(all.map((point) => [point.id, point])).values());
  };
  const demandRight = (who: Principal, district: string): void => {
    if (!permits(who, 'controlDevices', { type: 'Area', id: district }))
      throw new Problem('forbidden', 'you may not control devices here', 'point');
  };
  /** One record: the rows, and what the point's entity says; only then the lane. @returns the last command changed */
  const write = async (
    lane: Lane,
    point: ControlPoint,
    decide: (at: number) => readonly Change[],
    more?: Awaited<ReturnType<Attention>>,
  ): Promise<Command> => {
    const id = controlIri(point.id);
    let changes: readonly Change[] = [];
    let next = lane;
    await broker.amend(systemPrincipal, 0, [id, point.entity, ...(more?.ids ?? [])], cause, (looked, at) => {
      changes = decide(Date.parse(at));
      next = changes.reduce(taken, lane);
      const thing = looked.get(point.entity)?.entity;
      const also = more?.decide(looked, at);
      return {
        entities: [
          ...controlDelta(
            looked.get(id)?.entity,
            point,
            point.district ?? '',
            desiredOf(next),
            next.last,
            thing !== undefined && isSimulated(thing),
            at,
          ),
          ...(also?.entities ?? []),
        ],
        rows: [
          ...changes.flatMap(({ after, line }) => [commandRow(after), stepRow(after, line)]),
          ...(also?.rows ?? []),
        ],
      };
    });
    Object.assign(lane, { open: next.open, last: next.last, told: next.told });
    for (const { line } of changes) counted.add(1, { step: line.step });
    return changes.at(-1)?.after as Command;
  };

  const step = (
    lane: Lane,
    point: ControlPoint,
    command: Command,
    name: CommandStep,
    told?: Told,
    who = systemPrincipal.id,
  ) => write(lane, point, (at) => [change(point, command, name, at, who, told)]);

  /** The newest version of the point; one that was taken off the list still ends what was begun. */
  const pointOf = (lane: Lane): { point: ControlPoint; removed: boolean } => {
    const [newest] = points.versions(lane.id);
    const { point, removed } = newest ?? points.get(lane.id);
    return { point, removed };
  };

  /** What keeps a waiting command from going out now, for good. */
  const hindrance = (point: ControlPoint, removed: boolean, command: Command): string | undefined => {
    if (removed) return 'removed';
    try {
      parseValue(point, command.value);
      return undefined;
    } catch {
      return 'limits';
    }
  };

  /** Sends what waits, if the device is there and nothing else is under way. */
  const dispatch = (lane: Lane): Promise<void> =>
    lane.turn(async () => {
      const waiting = lane.open.find(({ state }) => state === 'waiting');
      if (!waiting || stopping || lane.open.some(isUnderWay)) return;
      const { point, removed } = pointOf(lane);
      if (clock.now() >= waiting.expiresAt) return void (await step(lane, point, waiting, 'expire'));
      const why = hindrance(point, removed, waiting);
      if (why !== undefined) return void (await step(lane, point, waiting, 'refuse', { detail: why }));
      if (clock.now() < lane.restUntil || !door.listens(point.channel)) return;
      lane.heard = undefined;
      const sending = await write(lane, point, (at) => [
        change(point, waiting, at >= waiting.expiresAt ? 'expire' : 'send', at, systemPrincipal.id),
      ]);
      if (sending.state !== 'sending') return;
      const now = clock.now();
      if (now >= sending.expiresAt) {
        await write(lane, point, (at) => {
          const back = change(point, sending, 'return', at, systemPrincipal.id);
          return [back, change(point, back.after, 'expire', at, systemPrincipal.id)];
        });
        return;
      }
      let outcome: { readonly name: CommandStep; readonly detail?: string };
      try {
        const went = await door.send(point.channel, payloadOf(point, sending, now));
        outcome = { name: went === 'nobody' ? 'return' : went === 'unsure' ? 'unsure' : 'sent' };
      } catch (error) {
        if (!(error instanceof Problem)) log.error('a command could not be sent', { error: String(error) });
        outcome = error instanceof Problem ? { name: 'refuse', detail: error.message } : { name: 'unsure' };
      }
      const { name, detail } = outcome;
      if (name === 'return') lane.restUntil = clock.now() + restMs;
      await step(lane, point, sending, name, detail === undefined ? {} : { detail });
    });

  /** A reading of what confirms, observed at that time. */
  const read = async (lane: Lane, point: ControlPoint, { value, observedAt }: Reading): Promise<void> => {
    const underWay = lane.open.find(isUnderWay);
    if (underWay) {
      if (!isAnswer(underWay, observedAt)) return;
      if (!agrees(point, underWay.value, value)) {
        lane.heard = { command: underWay.id, value, observedAt };
        return;
      }
      await ended(lane, point, underWay, 'confirm', { value, observedAt });
      return;
    }
    const { last } = lane;
    if (!last || isOpen(last) || !isAnswer(last, observedAt) || !agrees(point, last.value, value)) return;
    if (last.state === 'confirmed') {
      if (clock.now() > (last.deadlineAt ?? 0) || observedAt === last.answeredAt) return;
      const again = { ...last, answers: last.answers + 1 };
      await broker.amend(systemPrincipal, 0, [], cause, () => ({ entities: [], rows: [commandRow(again)] }));
      lane.last = again;
      counted.add(1, { step: 'again' });
    } else if (last.lateAt === undefined && clock.now() < (last.endedAt ?? 0) + lateMsMax) {
      await ended(lane, point, last, 'late', { value, observedAt });
    }
  };

  const ended = async (
    lane: Lane,
    point: ControlPoint,
    command: Command,
    name: CommandStep,
    told: Told = {},
  ): Promise<void> => {
    const foreseen = stepped(command, name, clock.now(), told);
    const more = await deps.attention?.(point, foreseen);
    await write(lane, point, (at) => [change(point, command, name, at, systemPrincipal.id, told)], more);
    lane.heard = undefined;
    void later(dispatch(lane));
  };

  /** What time does in one lane. */
  const pass = (lane: Lane): Promise<void> =>
    lane.turn(async () => {
      const now = clock.now();
      const { point } = pointOf(lane);
      for (const command of lane.open) {
        if (isUnderWay(command)) {
          if (command.state === 'sending' || now < (command.deadlineAt ?? 0)) continue;
          const { heard } = lane;
          if (heard?.command === command.id)
            await ended(lane, point, command, 'contradict', { value: heard.value, observedAt: heard.observedAt });
          else await ended(lane, point, command, 'silence');
        } else if (now >= command.expiresAt) await step(lane, point, command, 'expire');
      }
    });

  const later = (work: Promise<unknown>): Promise<unknown> =>
    work.catch((error: unknown) => {
      log.error('a command could not go on', { error: String(error) });
    });

  /** What stands in the entity now may be the answer that came while nobody looked. */
  const lookAgain = async (lane: Lane, point: ControlPoint): Promise<void> => {
    const stored = await broker.find(systemPrincipal, 0, readEntityOf(point));
    const found = stored && standing(point, stored.entity);
    if (found) await read(lane, point, found);
  };

  const beat = async (): Promise<void> => {
    for (const lane of lanes.values()) {
      if (lane.open.length === 0) continue;
      await pass(lane);
      if (lane.open.some(({ state }) => state === 'waiting')) void later(dispatch(lane));
    }
  };

  const get = async (who: Principal, id: string): Promise<Command> => {
    const command = await store.find(id);
    if (!command) throw new Problem('not-found', `there is no command ${id}`, 'id');
    demandRight(who, command.district);
    return command;
  };

  const ask: Commands['ask'] = async (by, point, { id, value, seen, ...asked }) => {
    const lane = laneOf(point.id);
    const made = await lane.turn(async () => {
      const known = await store.find(id);
      if (known) {
        if (known.point === point.id && known.value === value) return known;
        throw new Problem('conflict', 'this key was used for another command', 'key');
      }
      const { last } = lane;
      if (seen !== undefined && last && last.id !== seen && last.by !== by) throw new Overtaken(nameOf(last.by), last);
      const { version } = points.get(point.id);
      const waiting = lane.open.find((command) => !isUnderWay(command));
      const thing = await broker.find(systemPrincipal, 0, point.entity);
      return write(lane, point, (at) => [
        ...(waiting ? [change(point, waiting, 'replace', at, by, { detail: id })] : []),
        requested({
          id,
          point: point.id,
          pointVersion: version,
          value,
          state: 'waiting',
          by,
          ...(asked.note !== undefined && { note: asked.note }),
          ...(asked.batch !== undefined && { batch: asked.batch }),
          requestedAt: at,
          expiresAt: at + (asked.expiresInMs ?? durationMs(point.expires)),
          answers: 0,
          stepCount: 1,
          district: point.district ?? '',
          simulated: thing !== undefined && isSimulated(thing.entity),
        }),
      ]);
    });
    if (!isOpen(made)) return made;
    const sending = later(dispatch(lane));
    // Of a group nobody waits for each.
    if (asked.batch === undefined && by !== systemPrincipal.id) await within(soonMs, sending);
    return lane.open.find((one) => one.id === id) ?? (lane.last?.id === id ? lane.last : made);
  };

  return {
    async request(who, pointId, { key, ...asked }) {
      const { point } = points.get(pointId);
      demandRight(who, point.district ?? '');
      const id = key === undefined ? newId() : idOfWords('command', who.id, key);
      return ask(who.id, point, { ...asked, value: parseValue(point, asked.value), id });
    },
    ask,

    async cancel(who, id) {
      const { point: pointId } = await get(who, id);
      const lane = laneOf(pointId);
      return lane.turn(async () => {
        const command = lane.open.find((one) => one.id === id);
        if (!command || isUnderWay(command))
          throw new Problem('conflict', command ? 'it has left, or may have' : 'it has ended', 'id');
        return step(lane, pointOf(lane).point, command, 'cancel', {}, who.id);
      });
    },

    state(point) {
      const lane = lanes.get(point);
      return { last: lane?.last, desired: lane && desiredOf(lane) };
    },
    beat,

    async start() {
      for (const last of await store.last()) laneOf(last.point).last = last;
      for (const command of await store.open()) {
        const lane = laneOf(command.point);
        lane.open = [...lane.open, command];
      }
      for (const lane of lanes.values())
        if (lane.last) lane.told = isUnderWay(lane.last) ? lane.last.value : await store.lastTold(lane.id);
      watch();
      points.onChange(watch);
      unfollow = broker.follow('control', (records, gap) => {
        if (gap) for (const lane of lanes.values()) void later(lane.turn(() => lookAgain(lane, pointOf(lane).point)));
        for (const record of records)
          for (const { point, reading } of watched.of(record)) {
            const lane = laneOf(point.id);
            if (lane.last) void later(lane.turn(() => read(lane, point, reading)));
          }
      });
      for (const lane of lanes.values()) await resume(lane);
      door.onListener(() => {
        for (const lane of lanes.values()) {
          lane.restUntil = 0;
          if (lane.open.length > 0) void later(dispatch(lane));
        }
      });
      timer = setInterval(() => void later(beat()), beatMs);
    },
    async stop() {
      stopping = true;
      clearInterval(timer);
      await unfollow?.();
      await Promise.all([...lanes.values()].map(({ turn }) => turn(() => Promise.resolve())));
    },
  };

  /**
   * After a start. What was on its way may have left: it is not sent again. We did not hear what devices said meanwhile, so they
   * are given their time once more.
   */
  async function resume(lane: Lane): Promise<void> {
    await lane.turn(async () => {
      const { point } = pointOf(lane);
      for (const command of lane.open.filter(isUnderWay)) {
        if (command.state === 'sending') await step(lane, point, command, 'unsure');
        else {
          const timed = { ...command, deadlineAt: Math.max(command.deadlineAt ?? 0, deadlineOf(point, clock.now())) };
          lane.open = lane.open.map((one) => (one.id === command.id ? timed : one));
        }
        await lookAgain(lane, point);
      }
    });
  }
}
