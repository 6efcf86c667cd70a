/**
 * The trees that the query languages parse to, and that stores translate. No text, no @context: every name is an IRI.
 * CIM 009 v1.9.1: q 4.9, geo 4.10, temporal 4.11, type 4.17, scope 4.19.
 */
import type { Json } from './entity.ts';

/** A path into an entity: attribute, then sub-attributes, then a path inside the value (`a.sub[x.y]`). */
export type AttributePath = {
  /** IRIs: the attribute, then its sub-attributes. */
  readonly names: readonly string[];
  /** Members inside the value, plain names. A language tag for LanguageProperty, `*` for all languages. */
  readonly inner: readonly string[];
  /**
   * Relationships to follow first (`rel{Type:a}`, 4.9 and 4.5.23); `names` then starts in the entity at their end.
   * Empty `types`: of any type.
   */
  readonly via?: readonly { readonly name: string; readonly types: readonly string[] }[];
};

/**
 * A literal of q. Instants and times of day are compared in time, not as text; dates are strings, because their texts
 * sort as they do.
 */
export type QLiteral =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'instant'; readonly value: string }
  | { readonly kind: 'time'; readonly value: string }
  | { readonly kind: 'uri'; readonly value: string };

export type QNode =
  | { readonly node: 'and' | 'or'; readonly of: readonly QNode[] }
  | { readonly node: 'exists'; readonly path: AttributePath }
  | {
      readonly node: 'compare';
      readonly path: AttributePath;
      readonly op: '==' | '!=' | '>' | '>=' | '<' | '<=';
      readonly value: QLiteral;
    }
  /** `==`: inside the range, both ends included; `!=`: outside. */
  | {
      readonly node: 'range';
      readonly path: AttributePath;
      readonly op: '==' | '!=';
      readonly from: QLiteral;
      readonly to: QLiteral;
    }
  /** `==`: equal to one of them. */
  | {
      readonly node: 'oneOf';
      readonly path: AttributePath;
      readonly op: '==' | '!=';
      readonly values: readonly QLiteral[];
    }
  /** Regular expression of the linear-time subset. */
  | { readonly node: 'match'; readonly path: AttributePath; readonly op: '~=' | '!~='; readonly pattern: string };

/** A node without others below it: it asks for one path. */
export type QTerm = Exclude<QNode, { readonly node: 'and' | 'or' }>;

/** Which entities a policy shows. `types`: an entity with none of these types (IRIs), or with these alone. */
export type Sight =
  | { readonly node: 'and' | 'or'; readonly of: readonly Sight[] }
  | { readonly node: 'types'; readonly op: 'none' | 'only'; readonly types: readonly string[] }
  | { readonly node: 'q'; readonly q: QNode };

/** GeoJSON geometry, WGS 84, [long, lat]. */
export type Geometry =
  | { readonly type: 'Point'; readonly coordinates: readonly number[] }
  | { readonly type: 'MultiPoint' | 'LineString'; readonly coordinates: readonly (readonly number[])[] }
  | { readonly type: 'MultiLineString' | 'Polygon'; readonly coordinates: readonly (readonly (readonly number[])[])[] }
  | { readonly type: 'MultiPolygon'; readonly coordinates: readonly (readonly (readonly (readonly number[])[])[])[] };

export type GeoNode = {
  readonly relation: 'near' | 'within' | 'contains' | 'intersects' | 'equals' | 'disjoint' | 'overlaps';
  readonly geometry: Geometry;
  /** IRI; default the core `location`. */
  readonly property: string;
  /** near only; metres on the sphere. */
  readonly maxDistanceM?: number;
  readonly minDistanceM?: number;
};

/** `A|B`, `A,B`, `(A;B)`. */
export type TypeNode =
  | { readonly node: 'type'; readonly iri: string }
  | { readonly node: 'and' | 'or'; readonly of: readonly TypeNode[] };

export type TemporalNode = {
  readonly timerel: 'before' | 'after' | 'between';
  /** Milliseconds since 1970 UTC. `before` excludes, `after` includes, `between` is [timeAt, endTimeAt). */
  readonly timeAt: number;
  readonly endTimeAt?: number;
};
export type TimeProperty = 'observedAt' | 'createdAt' | 'modifiedAt' | 'deletedAt';

export type ScopeNode =
  /** `+` is any one level; `below`: and everything under it. No levels and `below`: any scope. */
  | { readonly node: 'scope'; readonly levels: readonly string[]; readonly below: boolean }
  | { readonly node: 'and' | 'or'; readonly of: readonly ScopeNode[] };

/** Which entities, by name and type alone; all given parts must hold (5.2.33). */
export type EntitySelector = {
  readonly ids?: readonly string[];
  readonly idPattern?: string;
  /** Absent: of any type. */
  readonly type?: TypeNode;
};

/** Which entities. All given parts must hold; an empty query selects everything of the tenant. */
export type EntityQuery = EntitySelector & {
  /** At least one of them must hold too. Never empty. */
  readonly selectors?: readonly EntitySelector[];
  /** Has at least one of these attributes (IRIs). */
  readonly attrs?: readonly string[];
  readonly q?: QNode;
  readonly geo?: GeoNode;
  readonly scope?: ScopeNode;
  /** Given by policy; ANDed. */
  readonly also?: readonly Sight[];
};

/**
 * What entities are ordered by (4.23): `names` may also be `id` or `type`; ties go on to the next term, at last by id.
 * `from`: by the distance to this geometry, not by value.
 */
export type OrderTerm = {
  readonly path: AttributePath;
  readonly descending: boolean;
  readonly from?: Geometry;
};

export type EntityOrder = {
  readonly terms: readonly OrderTerm[];
  /** BCP 47 tag with the extension `-u-` (RFC 6067); absent: the root collation of ICU. */
  readonly collation?: string;
};

export const aggregateMethods = ['totalCount', 'distinctCount', 'sum', 'avg', 'min', 'max', 'stddev', 'sumsq'] as const;
export type AggregateMethod = (typeof aggregateMethods)[number];

/** Length of a bucket: calendar months and years are not milliseconds. Not both are zero. */
export type Period = { readonly months: number; readonly ms: number };

/** Cuts instances of the selected entities. */
export type TemporalQuery = {
  readonly time?: TemporalNode;
  readonly timeproperty: TimeProperty;
  /** Newest first, per attribute and entity. */
  readonly lastN?: number;
  /** IRIs; absent: all. */
  readonly attrs?: readonly string[];
  readonly datasetIds?: readonly string[];
};

export type Aggregation = {
  readonly methods: readonly AggregateMethod[];
  /** Absent: the whole range is one bucket. Buckets start at timeAt, without it at the first instant. */
  readonly period?: Period;
};

export type { Json };
