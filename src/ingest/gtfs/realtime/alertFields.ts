import type { Alert, EntitySelector, TimeRange } from './message.ts';
import { takeTrip } from './descriptorFields.ts';
import type { Draft, Take } from './wire.ts';
import * as words from './words.ts';

export type DraftAlert = Draft<Alert> & { readonly periods: TimeRange[]; readonly informed: EntitySelector[] };

export const takeAlert: Take<DraftAlert> = (wire, field, into) => {
  switch (field) {
    case 1:
      into.periods.push(wire.message<Draft<TimeRange>>({}, takeRange));
      return true;
    case 5:
      into.informed.push(wire.message<Draft<EntitySelector>>({}, takeSelector));
      return true;
    case 6:
      into.cause = words.cause(wire.unsigned());
      return true;
    case 7:
      into.effect = words.effect(wire.unsigned());
      return true;
    case 8:
      into.url = wire.message({ ...into.url }, takeTranslations);
      return true;
    case 10:
      into.header = wire.message({ ...into.header }, takeTranslations);
      return true;
    case 11:
      into.description = wire.message({ ...into.description }, takeTranslations);
      return true;
    case 14:
      into.severity = words.severityLevel(wire.unsigned());
      return true;
    case 17:
      into.causeDetail = wire.message({ ...into.causeDetail }, takeTranslations);
      return true;
    case 18:
      into.effectDetail = wire.message({ ...into.effectDetail }, takeTranslations);
      return true;
    default:
      return false;
  }
};

const takeRange: Take<Draft<TimeRange>> = (wire, field, into) => {
  switch (field) {
    case 1:
      into.startS = wire.unsigned();
      return true;
    case 2:
      into.endS = wire.unsigned();
      return true;
    default:
      return false;
  }
};

const takeSelector: Take<Draft<EntitySelector>> = (wire, field, into) => {
  switch (field) {
    case 1:
      into.agencyId = wire.text();
      return true;
    case 2:
      into.routeId = wire.text();
      return true;
    case 3:
      into.routeType = wire.int32();
      return true;
    case 4:
      into.trip = wire.message({ ...into.trip }, takeTrip);
      return true;
    case 5:
      into.stopId = wire.text();
      return true;
    case 6:
      into.directionId = wire.unsigned();
      return true;
    default:
      return false;
  }
};

const takeTranslations: Take<Record<string, string>> = (wire, field, into) => {
  if (field !== 1) return false;
  const at = wire.position;
  const { text, language = '' } = wire.message<{ text?: string; language?: string }>({}, takeTranslation);
  if (text === undefined) return wire.fail('a translation without a text', at);
  // A language called `__proto__` would be no entry of its own.
  if (/^[A-Za-z0-9-]{0,35}$/.test(language)) into[language] = text;
  else wire.badTexts++;
  return true;
};

const takeTranslation: Take<{ text?: string; language?: string }> = (wire, field, into) => {
  switch (field) {
    case 1:
      into.text = wire.text();
      return true;
    case 2:
      into.language = wire.text();
      return true;
    default:
      return false;
  }
};
