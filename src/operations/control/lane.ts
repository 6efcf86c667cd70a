/** The commands of one control point, in the order in which they were asked for, and what a step makes of them. Pure but for its turn. */
import { oneAtATime } from '../../base/queue.ts';
import { deadlineOf, stepped, type Told } from './lifecycle.ts';
import { isOpen, type Command, type CommandStep, type ControlPoint, type StepLine, type Value } from './schema.ts';

export type Lane = {
  /** Of the point. */
  readonly id: string;
  readonly turn: ReturnType<typeof oneAtATime>;
  /** At most one under way, at most one that waits. */
  open: readonly Command[];
  last: Command | undefined;
  /** What it was last told, obeyed or not. */
  told: Value | undefined;
  /** A reading of the command under way that says something else. */
  heard: { readonly command: string; readonly value: Value; readonly observedAt: number } | undefined;
  /** ms: nobody was there; it is not tried again before. */
  restUntil: number;
};

export const newLane = (id: string): Lane => ({
  id,
  turn: oneAtATime(),
  open: [],
  last: undefined,
  told: undefined,
  heard: undefined,
  restUntil: 0,
});

/** What it is wanted to be: by the newest that has not ended, else by what it was last told. */
export const desiredOf = ({ open, told }: Pick<Lane, 'open' | 'told'>): Value | undefined => open.at(-1)?.value ?? told;

/** A command after a step, and the line of its story. */
export type Change = { readonly after: Command; readonly line: StepLine };

/** @param at ms. @throws Problem conflict: the step cannot follow */
export function change(
  point: ControlPoint,
  command: Command,
  step: CommandStep,
  at: number,
  who: string,
  told: Told = {},
): Change {
  const after = stepped(command, step, at, told);
  const counts = step === 'send' || step === 'sent' || step === 'unsure';
  const timed = counts ? { ...after, deadlineAt: deadlineOf(point, at) } : after;
  return { after: timed, line: { n: after.stepCount, at, who, step, state: after.state, ...told } };
}

export const requested = (after: Command): Change => ({
  after,
  line: { n: 1, at: after.requestedAt, who: after.by, step: 'request', state: after.state, value: after.value },
});

/** The lane after a command has changed. */
export function taken(lane: Lane, { after }: Change): Lane {
  const others = lane.open.filter(({ id }) => id !== after.id);
  const place = lane.open.findIndex(({ id }) => id === after.id);
  const open = isOpen(after) ? (place === -1 ? [...others, after] : lane.open.with(place, after)) : others;
  const isNewest = !lane.last || lane.last.id === after.id || after.requestedAt >= lane.last.requestedAt;
  const left = after.sendingAt !== undefined && after.state !== 'refused' && after.state !== 'expired';
  return { ...lane, open, last: isNewest ? after : lane.last, told: left ? after.value : lane.told };
}
