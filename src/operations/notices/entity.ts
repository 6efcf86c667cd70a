/** The public face of a notice: an entity of type `Notice`, in names of the default context. */
import { type City, languages } from '../../city/profile.ts';
import { coreContext } from '../../ngsild/index.ts';
import type { Attributes, Entity, EntityDelta, Instance, Json } from '../../ngsild/entity.ts';
import { areaText, ownWords } from './compose.ts';
import { type Notice, type State, wholeCity } from './schema.ts';
import { templateOf } from './templates.ts';

const idPrefix = 'urn:ngsi-ld:Notice:';
export const iriOf = (id: string): string => idPrefix + id;

/**
 * Category and severity, what is said by language, the districts, when it was issued and from when to when it holds, its
 * status, and what it is about.
 * @param createdAt ISO 8601, of the entity
 * @param at ISO 8601, of this change
 */
export function entityOf(notice: Notice, state: State, city: City, createdAt: string, at: string): Entity {
  const { version, issuedAt, simulated } = notice;
  const { draft, said } = version;
  const template = templateOf(draft.template);
  const property = (value: Json): Instance => ({ type: 'Property', value });
  const instant = (ms: number): Instance => property({ '@type': 'DateTime', '@value': new Date(ms).toISOString() });
  const words = (of: (language: string) => string | undefined): Instance => ({
    type: 'LanguageProperty',
    value: Object.fromEntries(
      languages.flatMap((language) => {
        const text = of(language);
        return text === undefined || text === '' ? [] : [[language, text]];
      }),
    ),
  });
  const spoken = (language: string) => said[language as keyof typeof said];
  const all: Readonly<Record<string, Instance | false>> = {
    category: property(template.kind),
    subCategory: property(template.nature),
    severity: property(draft.severity.toLowerCase()),
    title: words((language) => spoken(language)?.headline),
    description: words((language) => {
      const own = ownWords(draft, language);
      const text = spoken(language);
      return (
        text &&
        [text.description, own?.language === language ? own.text : '', text.instruction].filter(Boolean).join(' ')
      );
    }),
    areaServed: words((language) => spoken(language) && areaText(draft, city, language)),
    district:
      !draft.districts.includes(wholeCity) &&
      property(draft.districts.length === 1 ? (draft.districts[0] ?? '') : [...draft.districts]),
    dateIssued: instant(issuedAt),
    validFrom: instant(draft.from),
    validTo: instant(draft.until),
    status: property(state),
    version: property(version.number),
    references: draft.about !== undefined && { type: 'Relationship', value: draft.about },
    simulated: simulated && property(true),
  };
  const attrs: Record<string, readonly Instance[]> = {};
  for (const [name, instance] of Object.entries(all))
    if (instance) attrs[coreContext.expand(name)] = [{ ...instance, createdAt, modifiedAt: at }];
  return { id: iriOf(notice.id), type: [coreContext.expand('Notice')], createdAt, modifiedAt: at, attrs };
}

/** Only its time has come or is over. */
export function stateDelta({ id }: Notice, state: State, at: string): EntityDelta {
  const attrs: Attributes = { [statusIri]: [{ type: 'Property', value: state, modifiedAt: at }] };
  return { op: 'set', id: iriOf(id), at, attrs };
}

const statusIri = coreContext.expand('status');
const versionIri = coreContext.expand('version');

/** The number of the version that an entity shows. */
export const versionIn = (entity: Entity): unknown => entity.attrs[versionIri]?.[0]?.value;

/** `state` of an alarm, `status` of a work order. */
const stateIris = [coreContext.expand('state'), statusIri];
const overWords = new Set(['cleared', 'closed']);

/** Whether what a notice is about is cleared or closed. */
export const isOver = ({ attrs }: Entity): boolean =>
  stateIris.some((iri) => {
    const word = attrs[iri]?.[0]?.value;
    return typeof word === 'string' && overWords.has(word);
  });
