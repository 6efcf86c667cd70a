/** From what rules find to alarms: raised, raised again, cleared. Pure. */
import type { Decision, Looked } from '../../broker/index.ts';
import { idOfWords } from '../../base/ids.ts';
import { coreContext, type Entity, type EntityDelta } from '../../ngsild/index.ts';
import type { RowDelta } from '../../store/ports.ts';
import { type City, districtAt, formatNumber, inLanguage, unitSymbol } from '../../ui/index.ts';
import { pointOf, textsOf } from '../face.ts';
import { alarmOf, alertDelta, alertPrefix, categoryOf } from './entity.ts';
import { cleared, raisedAgain } from './lifecycle.ts';
import type { Alarm, Finding, Texts } from './schema.ts';
import { alarmRow, stepRow, watchOf } from './tables.ts';

const iri = (name: string): string => coreContext.expand(name);

/** The same finding never makes two. */
export const findingId = ({ rule, entity, at }: Finding): string => `${alertPrefix}${idOfWords(rule, entity, at)}`;

/** What is known of the subject of an alarm. */
export type Subject = Pick<Alarm, 'location' | 'district' | 'department' | 'subjectName' | 'category' | 'subCategory'>;

export function subjectOf(entity: Entity | undefined, city: Pick<City, 'districts'>): Subject {
  const value = (name: string) => entity?.attrs[iri(name)]?.[0]?.value;
  const location = pointOf(value('location'));
  const said = value('district');
  const district = city.districts.some(({ id }) => id === said)
    ? (said as string)
    : location && districtAt(city, location)?.id;
  const department = value('department');
  const subjectName = textsOf(value('name'));
  return {
    ...categoryOf(entity?.type ?? []),
    ...(location && { location }),
    ...(district !== undefined && { district }),
    ...(typeof department === 'string' && { department }),
    ...(subjectName && { subjectName }),
  };
}

/** Last part of a URN: what people have on a label. */
export const labelOf = (id: string): string => id.split(':').at(-1) ?? id;

/** `{name}`, `{district}`, `{value}` and `{limit}` in the words of each language; what is not known is a dash. */
function filled(words: Texts, finding: Finding, subject: Subject, city: Pick<City, 'districts'>): Texts {
  const { entity, value, limit, unitCode } = finding;
  const district = city.districts.find(({ id }) => id === subject.district);
  const measured = (n: number | undefined, language: string): string => {
    if (n === undefined) return '–';
    // Of a number without a unit the symbol is empty.
    const unit = unitCode === undefined ? '' : unitSymbol(unitCode, language);
    return unit === '' ? formatNumber(n, language) : `${formatNumber(n, language)}\u00a0${unit}`;
  };
  return Object.fromEntries(
    Object.entries(words).map(([language, text]) => {
      const known: Readonly<Record<string, string>> = {
        name: subject.subjectName ? inLanguage(subject.subjectName, language).text : labelOf(entity),
        district: district ? inLanguage(district.name, language).text : '–',
        value: measured(value, language),
        limit: measured(limit, language),
      };
      return [language, text.replace(/\{(name|district|value|limit)\}/g, (_, word: string) => known[word] ?? '')];
    }),
  );
}

function raised(id: string, finding: Finding, entity: Entity | undefined, city: Pick<City, 'districts'>): Alarm {
  const subject = subjectOf(entity, city);
  const { rule, version, at, priority, attribute, value, unitCode, limit, simulated, advice } = finding;
  return {
    id,
    state: 'raised',
    active: true,
    acknowledged: false,
    priority,
    rule,
    version,
    subject: finding.entity,
    ...subject,
    title: filled(finding.title, finding, subject, city),
    ...(advice && { advice: filled(advice, finding, subject, city) }),
    issuedAt: at,
    raisedAt: at,
    raisedCount: 1,
    ...(attribute !== undefined && { attribute }),
    ...(value !== undefined && { value }),
    ...(unitCode !== undefined && { unitCode }),
    ...(limit !== undefined && { limit }),
    stepCount: 1,
    handledStep: 0,
    simulated,
  };
}

/**
 * What findings make of the alarms as they stand, in the order of the findings. What is found again at the same instant
 * changes nothing; what is cleared without ever having been raised neither.
 * @param open ids of alarms that were not closed, by `watchOf`
 * @param at   ISO 8601, of the record
 */
export function decideFindings(
  findings: readonly Finding[],
  open: ReadonlyMap<string, string>,
  looked: Looked,
  at: string,
  city: Pick<City, 'districts'>,
): Decision {
  const standing = new Map<string, Alarm | undefined>();
  const entities: EntityDelta[] = [];
  const stepRows: RowDelta[] = [];
  const rows = new Map<string, RowDelta>();
  const stored = (id: string | undefined): Alarm | undefined => {
    const found = id === undefined ? undefined : looked.get(id);
    return found && alarmOf(found.entity);
  };
  const openNow = (watch: string): Alarm | undefined => {
    if (standing.has(watch)) return standing.get(watch);
    const known = stored(open.get(watch));
    return known?.state === 'closed' ? undefined : known;
  };
  for (const finding of findings) {
    const watch = watchOf(finding.rule, finding.entity);
    const before = openNow(watch);
    const after = afterFinding(before, finding, () => {
      const id = findingId(finding);
      return stored(id) ? undefined : raised(id, finding, looked.get(finding.entity)?.entity, city);
    });
    if (!after) continue;
    standing.set(watch, after);
    entities.push(alertDelta(before, after, at));
    const { kind: step, at: observedAt } = finding;
    stepRows.push(stepRow(after, { at: Date.parse(at), who: 'system', step, observedAt }));
    rows.set(after.id, alarmRow(after));
  }
  return { entities, rows: [...rows.values(), ...stepRows] };
}

function afterFinding(before: Alarm | undefined, finding: Finding, born: () => Alarm | undefined): Alarm | undefined {
  if (finding.kind === 'clear') return before?.active === true ? cleared(before, finding.at) : undefined;
  if (!before) return born();
  if (finding.at === before.raisedAt) return undefined;
  return raisedAgain(before, finding);
}
