/** Which entities a rule looks at, and what it reads of them. */
import { parseInstant } from '../../base/time.ts';
import { districtAt, type City, type Position } from '../../city/index.ts';
import {
  coreContext,
  locationIri,
  matchesQuery,
  parseQ,
  parseScopeQ,
  type Attributes,
  type Entity,
  type EntityQuery,
  type Instance,
  type QNode,
} from '../../ngsild/index.ts';
import type { Observed } from './machine.ts';
import { termsOf } from './balance.ts';
import type { RuleText } from './parse.ts';
import { attributeOf, type Term } from './schema.ts';

export type Selection = {
  /** IRI of the type, and of the attribute that is told of. */
  readonly type: string;
  readonly attribute: string;
  /** What is read, attributes as IRIs; without an entity it is an attribute of the selected entity itself. */
  readonly inputs: readonly Term[];
  /** The entities that inputs name. */
  readonly others: ReadonlySet<string>;
  /** For the store; `holds` knows districts besides. */
  readonly query: EntityQuery;
  /** Attributes (IRIs) that decide whether an entity is selected. */
  readonly concerns: ReadonlySet<string>;
  readonly holds: (entity: Entity) => boolean;
};

const districtIri = coreContext.expand('district');

/** @param areas districts that whoever asks is limited to */
export function selectionOf(
  { selects, when }: RuleText,
  city: Pick<City, 'districts'>,
  areas?: readonly string[],
): Selection {
  const { type, q, scope, districts, ids } = selects;
  const iri = coreContext.expand(type);
  const terms = when.kind === 'balance' ? termsOf(when) : [{ attribute: when.attribute }];
  const inputs = terms.map((term): Term => ({ ...term, attribute: coreContext.expand(term.attribute) }));
  const node = q === undefined ? undefined : parseQ(q, coreContext);
  const query: EntityQuery = {
    type: { node: 'type', iri },
    ...(ids && { ids }),
    ...(node && { q: node }),
    ...(scope !== undefined && { scope: parseScopeQ(scope) }),
  };
  return {
    type: iri,
    attribute: coreContext.expand(attributeOf(when)),
    inputs,
    others: new Set(inputs.flatMap(({ entity }) => entity ?? [])),
    query,
    concerns: new Set([...(node ? namesOf(node) : []), ...(districts ? [districtIri, locationIri] : [])]),
    holds: (entity) =>
      matchesQuery(query, entity) &&
      [districts, areas].every((some) => !some || some.includes(districtOf(entity, city) ?? '')),
  };
}

/** As the entity says, else where it lies. */
function districtOf(entity: Entity, city: Pick<City, 'districts'>): string | undefined {
  const said = entity.attrs[districtIri]?.[0]?.value;
  if (typeof said === 'string' && city.districts.some(({ id }) => id === said)) return said;
  const geometry = entity.attrs[locationIri]?.[0]?.value;
  if (typeof geometry !== 'object' || geometry === null || Array.isArray(geometry)) return undefined;
  const [long, lat] =
    geometry['type'] === 'Point' && Array.isArray(geometry['coordinates']) ? geometry['coordinates'] : [];
  const position: Position | undefined = typeof long === 'number' && typeof lat === 'number' ? [long, lat] : undefined;
  return position && districtAt(city, position)?.id;
}

function namesOf(node: QNode): readonly string[] {
  if ('of' in node) return node.of.flatMap(namesOf);
  const { names, via } = node.path;
  return [via?.[0]?.name ?? names[0] ?? ''];
}

/** The reading of an attribute, of the default dataset; undefined when there is none. */
export function instanceOf(attrs: Attributes, attribute: string): Instance | undefined {
  return attrs[attribute]?.find(({ datasetId }) => datasetId === undefined);
}

/** When it was observed; what has no such time was observed when it was taken. */
export function observedOf({ value, observedAt, modifiedAt, unitCode }: Instance, takenAt: number): Observed {
  const told = observedAt ?? modifiedAt;
  const at = told === undefined ? undefined : parseInstant(told.replace(',', '.'));
  return {
    at: at ?? takenAt,
    ...(typeof value === 'number' && Number.isFinite(value) && { value }),
    ...(unitCode !== undefined && { unitCode }),
  };
}
