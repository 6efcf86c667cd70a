/** How alarms are said: addresses, durations, states. */
import {
  formatDay,
  formatNumber,
  type PinShape,
  type Reader,
  type State as Look,
  unitSymbol,
} from '../../../ui/index.ts';
import type { AlarmFilter, Priority } from '../schema.ts';
import type { AlarmRow, StepLine } from '../tables.ts';
import { alarmWords } from './messages/index.ts';

/** Colour only for what must be done now: priority 1 and 2 that nobody has put aside. */
export function lookOf({ priority, state }: Pick<AlarmRow, 'priority' | 'state'>): Look {
  if (state === 'shelved' || state === 'cleared' || state === 'closed' || priority > 2) return 'quiet';
  return priority === 1 ? 'trouble' : 'warn';
}

export const shapeOf = (alarm: Pick<AlarmRow, 'priority' | 'state'>): PinShape => {
  const look = lookOf(alarm);
  return look === 'trouble' || look === 'warn' ? look : 'event';
};

/** The address of the list, without language; what is undefined is left out. */
export function listPath(
  filter: Partial<AlarmFilter>,
  more: Readonly<Record<string, string | undefined>> = {},
): string {
  const query = new URLSearchParams();
  const { show, ...rest } = filter;
  const all = { ...(show !== 'open' && { show }), ...rest, ...more };
  for (const [name, value] of Object.entries(all)) if (value !== undefined) query.set(name, String(value));
  return `/console/alarms${query.size > 0 ? `?${query.toString()}` : ''}`;
}

/** `14 min`, `1 h 05 min`, `3 d`. */
export function durationText(ms: number, language: string): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  const part = (n: number, unit: string): string => `${formatNumber(n, language)}\u00a0${unitSymbol(unit, language)}`;
  if (minutes < 60) return part(minutes, 'MIN');
  if (minutes < 1440) return `${part(Math.floor(minutes / 60), 'HUR')} ${part(minutes % 60, 'MIN')}`;
  return part(Math.floor(minutes / 1440), 'DAY');
}

export type Told = { readonly reader: Reader; readonly timeZone: string; readonly nameOf: (id: string) => string };

/** Whoever did something, as they are shown. */
export function whoText(who: string, step: StepLine['step'], { reader, nameOf }: Told): string {
  const t = alarmWords(reader.language);
  if (who === 'system') return t(step === 'return' ? 'clock' : 'system');
  return who === 'anonymous' ? t('here') : nameOf(who);
}

const when = (at: number | undefined, { reader, timeZone }: Told): string =>
  at === undefined ? '–' : formatDay(at, reader.now, reader.language, timeZone);

/** How the alarm stands, and behind it by whom or what it waits for. */
export function stateText(alarm: AlarmRow, act: StepLine | undefined, told: Told): { text: string; more?: string } {
  const t = alarmWords(told.reader.language);
  const { state } = alarm;
  const time = when(state === 'shelved' ? alarm.shelvedUntil : alarm.clearedAt, told);
  const text = t(`state.${state}`, { time });
  if (state === 'raised') return { text };
  if (state === 'cleared') return { text, more: t(alarm.acknowledged ? 'waitsClosing' : 'stillUnseen') };
  const name = act && whoText(act.who, act.step, told);
  const more = state === 'assigned' ? [name, alarm.assignedTo].filter(Boolean).join(' · ') : name;
  return { text, ...(more && { more }) };
}

export const priorityText = (priority: Priority, language: string): string =>
  alarmWords(language)(`priority.${priority}`);

/** A step as a line of the story. */
export function stepText(line: StepLine, told: Told): string {
  const t = alarmWords(told.reader.language);
  const { step, state, until } = line;
  const reason = step === 'close' || state === 'closed' ? reasonText(line.detail, told.reader.language) : undefined;
  const detail = reason ?? line.detail ?? '';
  if (step === 'acknowledge' && state === 'closed') return t('closedBySeeing', { detail });
  return t(`step.${step}`, { detail, until: when(until, told) });
}

export function reasonText(reason: string | undefined, language: string): string | undefined {
  if (reason === undefined) return undefined;
  return alarmWords(language)(`reason.${reason as 'fixed'}`);
}
