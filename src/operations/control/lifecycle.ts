/** What each step makes of a command, and what a reading says to it. Pure. */
import { Problem } from '../../base/problem.ts';
import { parseDuration } from '../../base/time.ts';
import type { Json } from '../../ngsild/entity.ts';
import {
  endStates,
  transitions,
  type Command,
  type CommandStep,
  type ControlPoint,
  type StepLine,
  type Value,
} from './schema.ts';

/** What a step brings along. */
export type Told = Pick<StepLine, 'detail' | 'value' | 'observedAt'>;

/**
 * @param at ms
 * @throws Problem conflict: the step cannot follow
 */
export function stepped(command: Command, step: CommandStep, at: number, told: Told = {}): Command {
  const state = transitions[command.state][step];
  if (!state) throw new Problem('conflict', `a command that is ${command.state} cannot be changed by: ${step}`, 'step');
  const ends = endStates.some((one) => one === state) && step !== 'late';
  const { sendingAt: _gone, deadlineAt: _none, ...unsent } = command;
  return {
    ...(step === 'return' ? unsent : command),
    state,
    stepCount: command.stepCount + 1,
    ...(step === 'send' && { sendingAt: at }),
    ...(ends && { endedAt: at }),
    ...(step === 'late' && { lateAt: at }),
    ...(step === 'confirm' && { answers: 1 }),
    ...(told.value !== undefined && { answer: told.value }),
    ...(told.observedAt !== undefined && { answeredAt: told.observedAt }),
    ...(told.detail !== undefined && { detail: told.detail }),
  };
}

export const durationMs = (text: string): number => parseDuration(text)?.ms ?? 0;

/** ms; counted from when it was written down that it goes out. */
export const deadlineOf = ({ readBack }: ControlPoint, sendingAt: number): number =>
  sendingAt + durationMs(readBack.within);

/** Whether a reading is later than the command; devices often tell whole seconds only. */
export const isAnswer = ({ sendingAt }: Pick<Command, 'sendingAt'>, observedAt: number): boolean =>
  sendingAt !== undefined && observedAt >= Math.floor(sendingAt / 1_000) * 1_000;

/** What was read back is what was asked for. */
export const agrees = ({ readBack }: Pick<ControlPoint, 'readBack'>, asked: Value, read: Value): boolean =>
  typeof asked === 'number' && typeof read === 'number'
    ? Math.abs(asked - read) <= readBack.tolerance + 1e-9
    : String(asked) === String(read);

export const valueIn = (value: Json | undefined): Value | undefined =>
  typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean' ? value : undefined;

/** What the device is told. JSON is written in one line; a text as it is. */
export function payloadOf(point: ControlPoint, command: Command, at: number): Uint8Array {
  const sends = point.options?.find(({ value }) => value === command.value)?.sends ?? command.value;
  const known: Readonly<Record<string, Value>> = {
    value: sends,
    id: command.id,
    at: new Date(at).toISOString(),
    expiresAt: new Date(command.expiresAt).toISOString(),
  };
  const fillText = (text: string): string =>
    text.replace(/\{(value|id|at|expiresAt)\}/g, (_whole, name: string) => String(known[name]));
  const fill = (node: Json): Json => {
    if (typeof node === 'string') return node === '{value}' ? sends : fillText(node);
    if (Array.isArray(node)) return node.map(fill);
    if (typeof node !== 'object' || node === null) return node;
    return Object.fromEntries(Object.entries(node).map(([name, inner]) => [name, fill(inner)]));
  };
  const { payload } = point.channel;
  return Buffer.from(typeof payload === 'string' ? fillText(payload) : JSON.stringify(fill(payload)));
}
