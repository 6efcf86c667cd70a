/** What is recorded of an act beside the order itself: the line of its story, a value of the city, what whoever asked is told. Pure. */
import { Problem } from '../../base/problem.ts';
import type { Looked } from '../../broker/index.ts';
import type { Entity, EntityDelta } from '../../ngsild/index.ts';
import { iri } from '../face.ts';
import type { Act, AskedReading, Order } from './schema.ts';
import { statusNotes } from './source.ts';
import type { StepLine } from './tables.ts';

/** What an act leaves in the story beside its name. */
export function storyOf(act: Act): Pick<StepLine, 'step'> & Partial<StepLine> {
  const { step } = act;
  const noted = 'note' in act && act.note !== undefined && act.note !== '' ? { note: act.note } : {};
  switch (step) {
    case 'assign':
      return { step, ...(act.crew !== undefined && { detail: act.crew }), ...noted };
    case 'decline':
    case 'return':
    case 'pause':
    case 'cancel':
      return { step, detail: act.reason, ...noted };
    case 'check':
      return { step, detail: `${act.item} ${act.done ? 'done' : 'open'}` };
    case 'part':
      return { step, detail: `${act.part.number} ${act.part.unit} ${act.part.name}` };
    case 'time':
      return { step, minutes: act.minutes, ...noted };
    case 'reading':
      return { step, detail: `${act.reading.value} ${act.reading.unitCode ?? ''} ${act.reading.name}` };
    case 'photo':
      return { step, ...(act.caption !== undefined && { detail: act.caption }) };
    case 'dropPhoto':
      return { step, detail: `${act.n} ${act.reason}` };
    case 'tell':
      return { step, detail: Object.values(act.text)[0] ?? '' };
    default:
      return { step, ...noted };
  }
}

/** Reads the attribute as it stands. @throws Problem bad-data: there is no such number */
export function readOff({ attribute, entity }: AskedReading, order: Order, looked: Looked, at: number): Act {
  const id = entity ?? order.asset;
  const stored = id === undefined ? undefined : looked.get(id);
  if (id === undefined || !stored) throw new Problem('bad-data', 'there is no entity to read', 'entity');
  const instance = stored.entity.attrs[iri(attribute)]?.[0];
  if (typeof instance?.value !== 'number')
    throw new Problem('bad-data', `${id} has no number called ${attribute}`, 'attribute');
  const { value, unitCode, observedAt } = instance;
  return {
    step: 'reading',
    reading: {
      at,
      name: attribute,
      value,
      entity: id,
      ...(unitCode !== undefined && { unitCode }),
      ...(observedAt !== undefined && { observedAt: Date.parse(observedAt) }),
    },
  };
}

/** Whoever asked is told: `status_notes` of the request, with the order in one record. */
export const toldDelta = (request: Entity, value: Readonly<Record<string, string>>, at: string): EntityDelta => ({
  op: 'set',
  id: request.id,
  at,
  attrs: {
    [statusNotes(request) ?? iri('status_notes')]: [{ type: 'LanguageProperty', value: { ...value }, modifiedAt: at }],
  },
});
