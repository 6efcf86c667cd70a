/** A device that was told something and did not do it raises an alarm, in the record that says so; when it is as wanted, that is over. */
import { controlRule, type Alarms, type Finding } from '../alarms/index.ts';
import type { Attention } from './commands.ts';
import { nameOfPoint, valueText } from './pages/words.ts';
import { controlWords } from './pages/messages/index.ts';
import { fullLanguages } from '../../ui/index.ts';
import type { Command, ControlPoint, Texts } from './schema.ts';

const troubled = ['contradicted', 'noAnswer'];

export const attentionOf =
  (alarms: Pick<Alarms, 'ids' | 'decide'>): Attention =>
  async (point, after) => {
    const findings = [findingOf(point, after)];
    return { ids: await alarms.ids(findings), decide: (looked, at) => alarms.decide(findings, looked, at) };
  };

function findingOf(point: ControlPoint, after: Command): Finding {
  const raises = troubled.includes(after.state) && after.lateAt === undefined;
  return {
    kind: raises ? 'raise' : 'clear',
    rule: controlRule,
    version: after.pointVersion,
    entity: point.entity,
    at: after.lateAt ?? after.endedAt ?? after.requestedAt,
    priority: point.kind === 'valve' ? 2 : 3,
    title: titleOf(point, after),
    attribute: point.attribute,
    ...(typeof after.answer === 'number' && { value: after.answer }),
    ...(point.unitCode !== undefined && { unitCode: point.unitCode }),
    simulated: after.simulated,
  };
}

/** `{name}` is filled in by the alarms, unless the point has a name of its own. */
const titleOf = (point: ControlPoint, after: Command): Texts =>
  Object.fromEntries(
    fullLanguages.map((language) => {
      const t = controlWords(language);
      const name = point.name ? nameOfPoint({ point, entityName: undefined }, language) : '{name}';
      const key = after.state === 'contradicted' ? 'alarm.contradicted' : 'alarm.noAnswer';
      return [language, t(key, { name, value: valueText(point, after.value, language) })];
    }),
  );
