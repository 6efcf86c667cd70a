/** What each URL parameter, part of a path and header means: words and JSON Schemas for the OpenAPI document. */
import { geometryTypes, joinLevelMax, schemaWords, timeProperties, type JsonSchema } from '../../ngsild/index.ts';
import { contextKinds } from '../contexts/index.ts';

export type ParameterWords = {
  readonly description: string;
  readonly schema: JsonSchema;
  readonly examples?: readonly string[];
};

const text: JsonSchema = { type: 'string', minLength: 1 };
const yes: JsonSchema = { type: 'boolean' };
const whole = (minimum: number, maximum: number): JsonSchema => ({ type: 'integer', minimum, maximum });
const { datasetIds, dateTime, name, names, typeSelection, uri, uris } = schemaWords;
const word = (schema: JsonSchema, description: string, ...examples: string[]): ParameterWords => ({
  description,
  schema,
  ...(examples.length > 0 && { examples }),
});

/** In the URL, by name. `options` is told by each operation itself. */
export const urlParameters: Readonly<Record<string, ParameterWords>> = {
  id: word(uris, 'URIs apart by commas', 'urn:ngsi-ld:Pump:1,urn:ngsi-ld:Pump:2'),
  idPattern: word(text, 'A regular expression that the id matches (4.9)', '^urn:ngsi-ld:Pump:'),
  type: word(typeSelection, 'Types: `A,B` or `A|B` any, `(A;B)` both, `*` all (4.17)', 'Pump'),
  attrs: word(
    names,
    'Only entities with one of these attributes, and only these of them (the old form of pick)',
    'pressure',
  ),
  pick: word(text, 'Only these members (4.21)', 'id,type,pressure'),
  omit: word(text, 'All but these members (4.21)', 'location'),
  q: word(text, 'What attributes have to be like (4.9); `;` is and, `|` is or', 'pressure>3;state=="on"'),
  csf: word(text, 'Which context source registrations are asked (4.9); what is stored here is answered anyway', 'a==1'),
  scopeQ: word(text, 'Scopes: `/A/+/C`, `/A/#` (4.19)', '/Dushanbe/#'),
  georel: word(
    text,
    'near;maxDistance==metres, within, contains, intersects, equals, disjoint, overlaps (4.10)',
    'near;maxDistance==2000',
  ),
  geometry: word({ enum: geometryTypes }, 'Kind of the geometry to compare with', 'Point'),
  coordinates: word(text, 'Its coordinates, longitude first, as JSON', '[68.78,38.56]'),
  geoproperty: word(name, 'The attribute that is compared; location unless said', 'location'),
  geometryProperty: word(name, 'The attribute that becomes the geometry of GeoJSON', 'location'),
  format: word(
    text,
    'How entities are shown: normalized, concise, simplified; the past also temporalValues, aggregatedValues (4.5)',
    'simplified',
  ),
  lang: word(text, 'Languages of LanguageProperties, best first (4.15)', 'tg,ru;q=0.8,*;q=0.5'),
  datasetId: word(datasetIds, 'Only instances of these datasets; @none is the one without (4.5.5)', '@none'),
  deleteAll: word(yes, 'Every instance, not only the one without a datasetId'),
  limit: word(whole(0, 1000), 'Entities in one page; 0 only with count=true', '20'),
  offset: word(whole(0, 1_000_000_000), 'Entities to leave out before', '0'),
  count: word(yes, 'How many there are in all: header NGSILD-Results-Count'),
  local: word(yes, 'Only what this server itself holds'),
  join: word({ enum: ['inline', 'flat', '@none'] }, 'Linked entities too: inline or flat (4.5.23)', 'inline'),
  joinLevel: word(whole(1, joinLevelMax), 'How many links far', '1'),
  containedBy: word(uris, 'Ids that are known already and not joined again', 'urn:ngsi-ld:District:sino'),
  orderBy: word(text, 'Attributes, each with ;asc or ;desc, dist-asc by distance (4.23)', 'pressure;desc'),
  orderFrom: word(text, 'Coordinates that the distance is measured from', '[68.78,38.56]'),
  orderGeometry: word({ enum: geometryTypes }, 'Their kind of geometry', 'Point'),
  collation: word(text, 'Language whose order of letters holds', 'tg'),
  expandValues: word(names, 'Attributes whose values in q are terms of the @context', 'state'),
  jsonKeys: word(names, 'JsonProperties: names below them are not expanded', 'settings'),
  splitEntities: word(yes, 'Whether an entity may be spread over several sources; here each is whole (5.7.2.4)'),
  entityMap: word(yes, 'For federations: not supported yet'),
  entityMapLifetime: word(text, 'For federations: not supported yet'),
  timerel: word({ enum: ['before', 'after', 'between'] }, 'How it lies to timeAt (4.11)', 'after'),
  timeAt: word(dateTime, 'Instant, UTC', '2026-03-01T00:00:00Z'),
  endTimeAt: word(dateTime, 'Instant, UTC, with between', '2026-04-01T00:00:00Z'),
  timeproperty: word({ enum: timeProperties }, 'Which time counts; observedAt unless said', 'observedAt'),
  lastN: word(whole(1, 1_000_000), 'Only the newest instances of each attribute', '10'),
  aggrMethods: word(text, 'totalCount, distinctCount, sum, avg, min, max, stddev, sumsq (4.5.19)', 'avg,max'),
  aggrPeriodDuration: word(text, 'ISO 8601; the whole range unless said', 'PT1H'),
  observedAt: word(dateTime, 'For values in the body that say no time of their own', '2026-03-01T05:00:00Z'),
  drop: word(names, 'Only these attributes go, and the entities stay (5.6.21)', 'pressure'),
  keep: word(names, 'All attributes but these go (5.6.21)', 'name'),
  details: word(yes, 'What is known of each, not only its name'),
  kind: word({ enum: contextKinds }, 'Only @contexts of this kind (5.13.1)'),
  reload: word(yes, 'Download a Cached @context again; without it, it is removed (5.13.5)'),
};

/** Parts of the path, by name. */
export const pathParameters: Readonly<Record<string, ParameterWords>> = {
  entityId: word(uri, 'Id of the entity, percent-encoded', 'urn:ngsi-ld:Pump:1'),
  attrId: word(name, 'Name of the attribute: a term of the @context or an IRI', 'pressure'),
  instanceId: word(uri, 'Id of one instance, as the temporal representation tells it', 'urn:ngsi-ld:Instance:1'),
  type: word(name, 'Name of the type', 'Pump'),
  subscriptionId: word(uri, 'Id of the subscription', 'urn:ngsi-ld:Subscription:1'),
  contextId: word(
    text,
    'Local identifier, or the URL of a Cached @context, percent-encoded',
    'urn:ngsi-ld:jsonldContext:1',
  ),
};

/** Headers that every operation takes. */
export const headerParameters: Readonly<Record<string, ParameterWords>> = {
  Link: word(
    { type: 'string' },
    'The @context, where the body carries none (6.3.5)',
    '<https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.9.jsonld>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"',
  ),
  'NGSILD-Tenant': word(
    { type: 'string', pattern: '^[!-~]{1,256}$' },
    'Another world of data than the default one (4.14)',
  ),
};
