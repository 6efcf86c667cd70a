/** Notices as a feed: The Atom Syndication Format (RFC 4287). */
import { type City, inLanguage, type Language } from '../../city/profile.ts';
import { uiWords } from '../../ui/index.ts';
import { capType, markedText } from './cap.ts';
import { areaText, ownWords, saidIn } from './compose.ts';
import { noticeWords } from './pages/messages/index.ts';
import { iriOf } from './entity.ts';
import { changedAt, type Notice, stateOf, wholeCity } from './schema.ts';
import { templateOf, withdrawals } from './templates.ts';
import { document, element, type Xml } from './xml.ts';

export const atomType = 'application/atom+xml';

/**
 * @param notices the newest first; each says whether it is planned, in force, over or withdrawn
 * @param since ms; of a feed without entries: when the city's first notice may have been written
 * @param url of the platform, without a slash at the end
 */
export function atomOf(
  feed: {
    readonly notices: readonly Notice[];
    readonly language: Language;
    readonly district?: string;
    readonly now: number;
    readonly since: number;
  },
  city: City,
  url: string,
): string {
  const { notices, language, district, now, since } = feed;
  const t = noticeWords(language);
  const name = inLanguage(city.name, language).text;
  const query = district === undefined ? '' : `&district=${encodeURIComponent(district)}`;
  const self = `${url}/notices/atom?lang=${language}${query}`;
  const stamp = city.simulated ? `[${uiWords(language)('stamp')}] ` : '';
  const area = district === undefined ? '' : `, ${areaText({ districts: [district] }, city, language)}`;
  const updated = Math.max(since, ...notices.map((notice) => changedAt(notice, now)));
  return document(
    element(
      'feed',
      [
        element('id', self),
        element('title', `${stamp}${t('feedTitle', { city: name })}${area}`),
        element('subtitle', t('feedNote')),
        element('updated', new Date(updated).toISOString()),
        element('author', [element('name', name)]),
        element('generator', 'Chorsu'),
        link('self', self, atomType),
        link('alternate', `${url}/${language}/notices${query.replace('&', '?')}`, 'text/html'),
        ...notices.map((notice) => entryOf(notice, language, now, city, url)),
      ],
      { xmlns: 'http://www.w3.org/2005/Atom', 'xml:lang': language },
    ),
  );
}

const link = (rel: string, href: string, type: string): Xml => element('link', [], { rel, type, href });

function entryOf(notice: Notice, language: Language, now: number, city: City, url: string): Xml {
  const t = noticeWords(language);
  const { id, issuedAt, version, simulated } = notice;
  const { draft } = version;
  const state = stateOf(notice, now);
  const said = saidIn(version, language);
  const template = templateOf(draft.template);
  const own = ownWords(draft, language);
  const stamp = simulated || city.simulated ? `[${uiWords(language)('stamp')}] ` : '';
  const category = (scheme: string, term: string, label: string): Xml =>
    element('category', [], { scheme: `${url}/notices#${scheme}`, term, label });
  const texts = [
    `${t(`state_${state}`)}.`,
    state === 'withdrawn' && inLanguage(withdrawals[version.withdrawal ?? ''] ?? {}, language).text,
    said.description,
    own && markedText(own, language),
    said.instruction,
  ];
  return element(
    'entry',
    [
      element('id', iriOf(id)),
      element('title', stamp + said.headline),
      element('published', new Date(issuedAt).toISOString()),
      element('updated', new Date(changedAt(notice, now)).toISOString()),
      category('kind', template.kind, t(`kind_${template.kind}`)),
      category('state', state, t(`state_${state}`)),
      ...draft.districts.map((district) =>
        category(
          district === wholeCity ? 'city' : 'district',
          district === wholeCity ? city.id : district,
          areaText({ districts: [district] }, city, language),
        ),
      ),
      element('summary', texts.filter(Boolean).join(' ')),
      link('alternate', `${url}/${language}/notices/${id}`, 'text/html'),
      link('related', `${url}/notices/${id}/cap`, capType),
    ],
    said.language === language ? {} : { 'xml:lang': said.language },
  );
}
