/** What each step makes of an order. Pure: the table of `schema.ts`, and what else a step changes. */
import { Problem } from '../../base/problem.ts';
import {
  hasProof,
  partsMax,
  photosMax,
  readingsMax,
  transitions,
  type Act,
  type Order,
  type Part,
  type PersonStep,
} from './schema.ts';

export const canDo = (order: Pick<Order, 'state'>, step: PersonStep): boolean =>
  transitions[step][order.state] !== undefined;

/** Steps after which whoever saw the order before has to look again. */
const handling: readonly PersonStep[] = [
  'assign',
  'accept',
  'decline',
  'start',
  'pause',
  'finish',
  'return',
  'close',
  'cancel',
];

/**
 * What a person did.
 * @param at ms, when
 * @throws Problem conflict: not from here, or without proof; bad-data: what is said with it is wrong
 */
export function worked(order: Order, act: Act, at: number): Order {
  const { step } = act;
  const state = transitions[step][order.state];
  if (!state)
    throw new Problem('conflict', `a work order that is ${order.state} cannot be changed by: ${step}`, 'step');
  const stepCount = order.stepCount + 1;
  const next: Order = {
    ...order,
    ...('note' in act && act.note !== undefined && { note: act.note }),
    state,
    stepCount,
    ...(handling.includes(step) && { handledStep: stepCount }),
  };
  return changed(order, without(next, handling.includes(step) ? ['reason'] : []), act, at);
}

function changed(order: Order, next: Order, act: Act, at: number): Order {
  switch (act.step) {
    case 'assign':
      return {
        ...without(next, ['crew']),
        ...(act.crew !== undefined && { crew: act.crew }),
        ...(act.department !== undefined && { department: act.department }),
      };
    case 'change': {
      const { dueAt, priority, description } = act;
      const kept = dueAt === null ? without(next, ['dueAt']) : next;
      return {
        ...kept,
        ...(typeof dueAt === 'number' && { dueAt }),
        ...(priority && { priority }),
        ...(description && { description }),
      };
    }
    case 'decline':
      return { ...without(next, ['crew']), reason: act.reason };
    case 'start':
      return { ...next, startedAt: order.startedAt ?? at };
    case 'pause':
      return { ...next, reason: act.reason };
    case 'finish':
      if (!hasProof(order))
        throw new Problem('conflict', 'done needs proof: a photo or a reading of what was done', 'proof');
      return { ...next, finishedAt: at };
    case 'return':
      return { ...without(next, ['finishedAt']), reason: act.reason };
    case 'close':
      return { ...next, closedAt: at };
    case 'cancel':
      return { ...next, reason: act.reason, closedAt: at };
    case 'check':
      return { ...next, checklist: ticked(order, act.item, act.done) };
    case 'part':
      return { ...next, parts: withPart(order.parts, act.part) };
    case 'reading':
      if (order.readings.length >= readingsMax) throw full(readingsMax, 'readings');
      return { ...next, readings: [...order.readings, act.reading] };
    case 'photo': {
      if (order.photos.length >= photosMax) throw full(photosMax, 'photos');
      const n = order.photoCount + 1;
      const photo = { n, at, ...(act.caption !== undefined && { caption: act.caption }) };
      return { ...next, photoCount: n, photos: [...order.photos, photo] };
    }
    case 'dropPhoto': {
      const photos = order.photos.filter(({ n }) => n !== act.n);
      if (photos.length === order.photos.length) throw new Problem('bad-data', `there is no photo ${act.n}`, 'n');
      return { ...next, photos };
    }
    case 'tell':
      return { ...next, publicText: act.text };
    default:
      return next;
  }
}

const full = (most: number, what: string): Problem =>
  new Problem('conflict', `a work order holds ${most} ${what} at most`, what);

function without(order: Order, names: readonly (keyof Order)[]): Order {
  return Object.fromEntries(Object.entries(order).filter(([name]) => !names.includes(name as keyof Order))) as Order;
}

function ticked({ checklist }: Order, item: string, done: boolean): Order['checklist'] {
  if (!checklist.items.some(({ id }) => id === item))
    throw new Problem('bad-data', `the checklist has no item ${item}`, 'item');
  return { ...checklist, items: checklist.items.map((one) => (one.id === item ? { ...one, done } : one)) };
}

/** Named again, it is another number; none: it was not used after all. */
function withPart(parts: readonly Part[], part: Part): readonly Part[] {
  const others = parts.filter(({ name, unit }) => name !== part.name || unit !== part.unit);
  if (part.number === 0) return others;
  if (others.length >= partsMax) throw full(partsMax, 'parts');
  return [...others, part];
}
