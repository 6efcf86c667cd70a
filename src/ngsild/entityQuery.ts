/**
 * Requests for entities: parameters to trees. `queryBody.ts` brings bodies to parameters, `temporalQuery.ts` asks for
 * history. CIM 009 v1.9.1, 5.7.1, 5.7.2, 6.3.7 to 6.3.13, 6.4.3.2, 6.5.3.1, 6.23.
 */
import { Problem } from '../base/problem.ts';
import type { Context } from './context.ts';
import { parseGeo } from './geoQuery.ts';
import { parseOrder } from './order.ts';
import { attributeIri } from './attributeName.ts';
import { flag, list, optionsOf, parametersOf, readParameters, uris, whole } from './parameters.ts';
import type { Parameters } from './parameters.ts';
import { compilePattern } from './pattern.ts';
import { parseQ } from './q.ts';
import { entityWords } from './projection.ts';
import type { EntityOrder, EntityQuery, EntitySelector, QNode } from './query.ts';
import { formatOf, formats, parseJoin, parseRepresentation } from './representParameters.ts';
import type { Join, Representation } from './representParameters.ts';
import { parseScopeQ } from './scope.ts';
import { parseTypeSelection } from './types.ts';

export type Page = { readonly limit: number; readonly offset: number; readonly count: boolean };
const standardLimit = 20;
const maxLimit = 1000;

export type EntityRequest = {
  readonly query: EntityQuery;
  readonly order?: EntityOrder;
  readonly page: Page;
  /** Ask no other broker. */
  readonly local: boolean;
  readonly join?: Join;
  readonly representation: Representation;
};

export type RequestOptions = {
  /** Of a body; beside the parameters. */
  readonly entities?: readonly EntitySelector[];
};

/**
 * The parameters of "Query Entities".
 * @throws Problem invalid-request (unknown parameter or option), bad-data, too-complex, not-supported
 */
export function parseEntityQuery(
  source: URLSearchParams,
  context: Context,
  options: RequestOptions = {},
): EntityRequest {
  const parameters = readParameters(source, parametersOf.query);
  const selection = select(parameters, context, options);
  const order = parseOrder(parameters, context);
  const request = shownAs(parameters, context);
  if (linkDepth(selection.query.q) > (request.join?.levels ?? 0)) {
    throw new Problem('bad-data', 'q goes deeper than join and joinLevel do (5.7.2.4)', 'q');
  }
  const query = withPicked(selection.query, request.representation);
  return { ...selection, query, ...(order && { order }), page: parsePage(parameters), ...request };
}

/**
 * The parameters of "Retrieve Entity": how to show it; the type that it must have and attributes of which it must have
 * one.
 * @throws Problem
 */
export function parseEntityRetrieve(source: URLSearchParams, context: Context): Omit<EntityRequest, 'page' | 'order'> {
  const parameters = readParameters(source, parametersOf.retrieve);
  const { query, local } = select(parameters, context, { retrieve: true });
  const request = shownAs(parameters, context);
  return { query: withPicked(query, request.representation), local, ...request };
}

/** An entity of which nothing that is picked is there has nothing to show: it is not found. */
function withPicked(query: EntityQuery, { pick }: Representation): EntityQuery {
  const picked = [...(pick?.keys() ?? [])];
  return picked.length === 0 || picked.some((member) => entityWords.has(member)) ? query : { ...query, attrs: picked };
}

function shownAs(parameters: Parameters, context: Context): Pick<EntityRequest, 'join' | 'representation'> {
  const join = parseJoin(parameters);
  const format = formatOf(parameters, formats);
  const representation = parseRepresentation(parameters, context, join?.levels);
  return { ...(join && { join }), representation: format ? { format, ...representation } : representation };
}

/**
 * Which entities.
 * @param options retrieve: the entity is named by its id, so nothing else needs to select it
 */
export function select(
  parameters: Parameters,
  context: Context,
  options: RequestOptions & { retrieve?: boolean } = {},
): Pick<EntityRequest, 'query' | 'local'> {
  const query: { -readonly [key in keyof EntityQuery]: EntityQuery[key] } = {};
  const get = (name: string): string | undefined => parameters.get(name);
  const ids = uris(parameters, 'id');
  if (ids) query.ids = [...new Set(ids)];
  const idPattern = get('idPattern');
  if (idPattern !== undefined) {
    compilePattern(idPattern, 'idPattern');
    query.idPattern = idPattern;
  }
  const type = get('type');
  const selection = type === undefined ? undefined : parseTypeSelection(type, context);
  if (selection) query.type = selection;
  const { entities = [], retrieve = false } = options;
  if (entities.length === 1) Object.assign(query, entities[0]);
  else if (entities.length > 1) query.selectors = entities;
  const attrs = list(parameters, 'attrs')?.map((name) => attributeIri(name, context, 'attrs'));
  if (attrs) query.attrs = attrs;
  const q = get('q');
  if (q !== undefined) query.q = parseQ(q, context, { expandValues: list(parameters, 'expandValues') ?? [] });
  const csf = get('csf');
  // Both are about registrations, of which there are none yet: csf filters them, and splitEntities has filters wait until
  // entities are put together from several sources. What is written has to be right all the same (5.7.2.4).
  if (csf !== undefined) parseQ(csf, context, { parameter: 'csf' });
  flag(parameters, 'splitEntities');
  const geo = parseGeo(
    {
      georel: get('georel'),
      geometry: get('geometry'),
      coordinates: get('coordinates'),
      geoproperty: get('geoproperty'),
    },
    context,
  );
  if (geo) query.geo = geo;
  const scopeQ = get('scopeQ');
  if (scopeQ !== undefined) query.scope = parseScopeQ(scopeQ);
  const everything = type === '*' || entities.some((selector) => selector.type === undefined);
  if (everything && get('local') === 'false') throw new Problem('bad-data', 'the type * is always local', 'local');
  const local = flag(parameters, 'local') || everything;
  const narrow = selection ?? attrs ?? geo ?? (entities.length > 0 || (query.q && asksUserAttribute(query.q)));
  if (!retrieve && !local && (narrow === undefined || narrow === false)) {
    throw new Problem('bad-data', 'the query is too wide: type, attrs, q, georel or local=true is needed (5.7.2)');
  }
  return { query, local };
}

const systemNames = ['createdAt', 'modifiedAt', 'deletedAt', 'expiresAt', 'scope'].map(
  (name) => `https://uri.etsi.org/ngsi-ld/${name}`,
);

function asksUserAttribute(node: QNode): boolean {
  if ('of' in node) return node.of.some(asksUserAttribute);
  const { names, via } = node.path;
  return via !== undefined || !systemNames.includes(names[0] ?? '');
}

/** Relationships that q follows one after another. */
function linkDepth(node: QNode | undefined): number {
  if (!node) return 0;
  return 'of' in node ? Math.max(...node.of.map(linkDepth)) : (node.path.via?.length ?? 0);
}

/** 6.3.10, 6.3.13. @throws Problem bad-data */
export function parsePage(parameters: Parameters): Page {
  const count = flag(parameters, 'count') || optionsOf(parameters).includes('count');
  const limit = whole(parameters, 'limit', standardLimit);
  if (limit === 0 && !count) throw new Problem('bad-data', 'limit=0 is only useful with count=true (6.3.10)', 'limit');
  if (limit > maxLimit) throw new Problem('bad-data', `limit is at most ${maxLimit}`, 'limit');
  return { limit, offset: whole(parameters, 'offset', 0), count };
}
