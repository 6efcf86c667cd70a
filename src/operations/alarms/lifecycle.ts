/** What each step makes of an alarm. Pure: the table of `schema.ts`, and what else a step changes. */
import { Problem } from '../../base/problem.ts';
import {
  shelvedMsMax,
  textMax,
  transitions,
  type Act,
  type Alarm,
  type Finding,
  type PersonStep,
  type Step,
} from './schema.ts';

/** Where the step leads. @throws Problem conflict: it cannot be done from where the alarm stands */
function stateAfter(alarm: Alarm, step: Step): Alarm['state'] {
  const state = transitions[alarm.state][step];
  if (!state) throw new Problem('conflict', `an alarm that is ${alarm.state} cannot be changed by: ${step}`, 'step');
  return state;
}

export const canDo = (alarm: Pick<Alarm, 'state' | 'priority'>, step: PersonStep): boolean =>
  transitions[alarm.state][step] !== undefined && !(step === 'shelve' && alarm.priority === 1);

/** A rule found its condition again. Back on the list, unless it was put aside; priority 1 is never aside. */
export function raisedAgain(alarm: Alarm, finding: Finding): Alarm {
  const { priority, version, at } = finding;
  const stays = stateAfter(alarm, 'raise') === 'shelved' && priority !== 1;
  const { clearedAt: _cleared, shelvedUntil, reason: _reason, ...rest } = alarm;
  return {
    ...rest,
    ...(stays && shelvedUntil !== undefined && { shelvedUntil }),
    state: stays ? 'shelved' : 'raised',
    active: true,
    acknowledged: stays,
    priority,
    version,
    raisedAt: Math.max(at, alarm.raisedAt),
    raisedCount: alarm.raisedCount + 1,
    ...(finding.value !== undefined && { value: finding.value }),
    ...(finding.limit !== undefined && { limit: finding.limit }),
    stepCount: alarm.stepCount + 1,
  };
}

/** The condition is over, at the instant of the readings. */
export function cleared(alarm: Alarm, at: number): Alarm {
  const state = stateAfter(alarm, 'clear');
  const { shelvedUntil: _until, ...rest } = alarm;
  return { ...rest, state, active: false, clearedAt: at, stepCount: alarm.stepCount + 1 };
}

/** Its time aside is over. */
export function returned(alarm: Alarm): Alarm {
  const state = stateAfter(alarm, 'return');
  const { shelvedUntil: _until, ...rest } = alarm;
  return { ...rest, state, acknowledged: false, stepCount: alarm.stepCount + 1 };
}

/**
 * What a person did.
 * @param at ms, when
 * @throws Problem conflict: not from here; bad-data: what is said with it is wrong
 */
export function handled(alarm: Alarm, act: Act, at: number): Alarm {
  if (act.note !== undefined && act.note.length > textMax)
    throw new Problem('bad-data', `at most ${textMax} characters`, 'note');
  const state = stateAfter(alarm, act.step);
  const stepCount = alarm.stepCount + 1;
  const note = act.note === undefined ? {} : { note: act.note };
  if (act.step === 'note') return { ...alarm, ...note, stepCount };
  const next = { ...alarm, ...note, state, stepCount, handledStep: stepCount };
  switch (act.step) {
    case 'acknowledge':
      return state === 'closed'
        ? { ...next, acknowledged: true, active: false, reason: 'over', closedAt: at }
        : { ...next, acknowledged: true };
    case 'return':
      return { ...returned(alarm), ...note, handledStep: stepCount };
    case 'assign':
      return { ...next, acknowledged: true, ...assigned(act) };
    case 'shelve':
      return { ...next, acknowledged: true, shelvedUntil: shelving(alarm, act.until, act.note, at) };
    case 'close': {
      if (act.reason === 'other' && (act.note ?? '') === '')
        throw new Problem('bad-data', 'another reason than those of the list is told in the note', 'note');
      const { shelvedUntil: _until, ...rest } = next;
      return { ...rest, acknowledged: true, reason: act.reason, closedAt: at };
    }
  }
}

function assigned({ to, department }: Extract<Act, { step: 'assign' }>): Pick<Alarm, 'assignedTo' | 'department'> {
  if (to === '' || to.length > 120) throw new Problem('bad-data', 'to whom, in 1 to 120 characters', 'to');
  return { assignedTo: to, ...(department !== undefined && department !== '' && { department }) };
}

function shelving(alarm: Alarm, until: number, note: string, at: number): number {
  if (alarm.priority === 1) throw new Problem('bad-data', 'an alarm of priority 1 cannot be put aside', 'step');
  if (note === '') throw new Problem('bad-data', 'why it is put aside', 'note');
  if (!(until > at) || until > at + shelvedMsMax)
    throw new Problem('bad-data', `until when: within ${shelvedMsMax / 3_600_000} hours from now`, 'until');
  return until;
}
