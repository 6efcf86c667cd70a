/** A notice as a message of the Common Alerting Protocol 1.2 (OASIS, CAP-v1.2-os): one `info` block for each language. */
import { type City, inLanguage, type Language, type Position } from '../../city/profile.ts';
import { languages, uiWords, zoneOffsetMs } from '../../ui/index.ts';
import { areaText, districtsOf, outerRings, ownWords } from './compose.ts';
import { noticeWords } from './pages/messages/index.ts';
import { type Draft, type Notice, type Version, wholeCity } from './schema.ts';
import { templateOf, withdrawals } from './templates.ts';
import { document, element, type Xml } from './xml.ts';

export const capType = 'application/cap+xml';

/**
 * The message of a notice's newest version.
 * @param versions all of its versions, the newest first: an update and a cancellation name the messages before them
 * @param url of the platform, without a slash at the end
 */
export function capOf(notice: Notice, versions: readonly Version[], city: City, url: string): string {
  const { version, simulated } = notice;
  const { said, number, at, step } = version;
  const earlier = versions.filter((one) => one.number < number).toReversed();
  const type = step === 'withdrawn' ? 'Cancel' : number === 1 ? 'Alert' : 'Update';
  // What is invented is never to be taken for an alarm, whatever a receiver makes of a city's profile (3.2.1, status).
  const isExercise = simulated || city.simulated;
  const spoken = languages.filter((language) => said[language] !== undefined);
  const own = spoken.filter((language) => city.languages.includes(language));
  return document(
    element(
      'alert',
      [
        element('identifier', identifierOf(notice.id, number, city)),
        element('sender', senderOf(city)),
        element('sent', instant(at, city)),
        element('status', isExercise ? 'Exercise' : 'Actual'),
        element('msgType', type),
        element('scope', 'Public'),
        isExercise && element('note', uiWords('en')('sampleCity', { city: inLanguage(city.name, 'en').text })),
        earlier.length > 0 &&
          element(
            'references',
            earlier
              .map((one) => [senderOf(city), identifierOf(notice.id, one.number, city), instant(one.at, city)].join())
              .join(' '),
          ),
        ...(own.length > 0 ? own : spoken).map((language) => infoOf(notice, language, isExercise, city, url)),
      ],
      { xmlns: 'urn:oasis:names:tc:emergency:cap:1.2' },
    ),
  );
}

/** 3.2.1: without spaces, commas and characters that XML keeps for itself. */
const senderOf = ({ id }: City): string => `chorsu:city:${id}`;
const identifierOf = (id: string, version: number, city: City): string => `${senderOf(city)}:notice:${id}:${version}`;

/** In the city's own time: `2026-11-22T18:00:00+05:00`; a Z is not allowed (3.3.2). */
function instant(ms: number, { timeZone }: City): string {
  const offset = zoneOffsetMs(ms, timeZone);
  const minutes = Math.abs(offset) / 60_000;
  const two = (n: number): string => String(Math.floor(n)).padStart(2, '0');
  return `${new Date(ms + offset).toISOString().slice(0, 19)}${offset < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`;
}

function infoOf(notice: Notice, language: Language, isExercise: boolean, city: City, url: string): Xml {
  const { version, issuedAt } = notice;
  const { draft, at, step } = version;
  const said = version.said[language];
  const template = templateOf(draft.template);
  const isGone = step === 'withdrawn';
  const stamp = isExercise ? `[${uiWords(language)('stamp')}] ` : '';
  const own = ownWords(draft, language);
  const gone = inLanguage(withdrawals[version.withdrawal ?? ''] ?? {}, language).text;
  const texts = [gone, said?.description, own && markedText(own, language)].filter(Boolean).join(' ');
  return element('info', [
    element('language', language),
    element('category', template.category),
    element('event', stamp + (said?.event ?? '')),
    element('responseType', isGone ? 'AllClear' : template.response),
    element('urgency', isGone ? 'Past' : urgencyOf(draft.from, at)),
    element('severity', draft.severity),
    element('certainty', template.certainty),
    element('effective', instant(issuedAt, city)),
    element('onset', instant(draft.from, city)),
    element('expires', instant(draft.until, city)),
    element('senderName', inLanguage(city.name, language).text),
    element('headline', stamp + (said?.headline ?? '')),
    element('description', texts),
    said !== undefined && said.instruction !== '' && element('instruction', said.instruction),
    element('web', `${url}/${language}/notices/${notice.id}`),
    areaOf(draft, areaText(draft, city, language), city),
  ]);
}

const hourMs = 3_600_000;

/** 3.2.2: `Expected` is within the next hour, `Future` after it. */
function urgencyOf(from: number, at: number): 'Immediate' | 'Expected' | 'Future' {
  if (from <= at) return 'Immediate';
  return from - at <= hourMs ? 'Expected' : 'Future';
}

/** Free text, which nobody translates: in another language than the reader's it says in which. */
export function markedText({ text, language }: { text: string; language: Language }, asked: string): string {
  return language === asked ? text : `${noticeWords(asked)(`onlyIn_${language}`)} ${text}`;
}

/** A polygon of CAP has no holes (3.2.4). A city without districts is its box. */
function areaOf(draft: Pick<Draft, 'districts'>, name: string, city: City): Xml {
  const rings = districtsOf(draft, city).flatMap(({ geometry }) => outerRings(geometry));
  const isWhole = draft.districts.includes(wholeCity);
  return element('area', [
    element('areaDesc', name),
    ...(rings.length > 0 ? rings : [boxOf(city)]).map((ring) =>
      element('polygon', ring.map(([long, lat]) => `${lat},${long}`).join(' ')),
    ),
    ...(isWhole ? [city.id] : draft.districts).map((id) =>
      element('geocode', [element('valueName', isWhole ? 'city' : 'district'), element('value', id)]),
    ),
  ]);
}

function boxOf({ bbox: [west, south, east, north] }: City): readonly Position[] {
  return [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
    [west, south],
  ];
}
