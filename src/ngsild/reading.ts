/** How attributes are read, and what comes of it. */
import type { Instance } from './entity.ts';
import type { Context } from './context.ts';

/**
 * How much of an attribute must be there, and what null means.
 * - `whole`: complete, no NGSI-LD Null (create, PUT, append, temporal).
 * - `update`: complete, or the Null as its value: then the attribute goes (PATCH attrs).
 * - `partial`: any members; the Null removes a member (PATCH of one attribute).
 * - `merge`: any members at any depth; the Null removes a member, also inside values (PATCH of an entity).
 */
export type Mode = 'whole' | 'update' | 'partial' | 'merge';

export type ParseOptions = {
  /** ISO 8601: stamps createdAt and modifiedAt of the entity and of its attributes (not of sub-attributes). */
  readonly at: string;
  /** The input is in simplified representation (`format=simplified`): no member of an attribute has a meaning. */
  readonly simplified?: boolean;
};

/** What a fragment says of one instance. Complete in the modes `whole` and `update`. */
export type InstanceFragment = Partial<Omit<Instance, 'sub'>> & {
  readonly sub?: Readonly<Record<string, readonly InstanceFragment[]>>;
  /** Members (`observedAt`) that the Null removes; modes `partial` and `merge`. */
  readonly remove?: readonly string[];
  /**
   * Modes `partial` and `merge`: the kind was not written but concluded, from the value member or from a bare value.
   * The kind of the stored attribute then stays.
   */
  readonly inferred?: 'member' | 'bare';
};

/** A fragment in the making. */
export type Draft = { -readonly [key in Exclude<keyof Instance, 'sub'>]?: Instance[key] } & {
  sub?: Record<string, readonly InstanceFragment[]>;
  remove?: string[];
  inferred?: 'member' | 'bare';
};

/** What every parser of entities and attributes needs to know. */
export type Reading = {
  readonly context: Context;
  readonly mode: Mode;
  readonly simplified: boolean;
  readonly at: string | undefined;
};
