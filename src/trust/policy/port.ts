import { Problem } from '../../base/problem.ts';
import type { Action, Principal, Resource } from '../../http/principal.ts';
import type { Sight } from '../../ngsild/query.ts';

/** What a principal may see of entities: all, none, or some. */
export type Filter = 'everything' | 'nothing' | Sight;

/**
 * The policy seam. A route asks `permits` for its action, a write for the type of what it writes; every read of the broker
 * ANDs `filter` into its query and leaves out what is `hidden`. Answers are cached by roles: asking costs a map lookup.
 */
export type Policy = {
  /** Whether `who` may do this; without a resource: to anything at all, which is what a route asks before it looks closer. */
  permits(who: Principal, action: Action, resource?: Resource): boolean;
  /** Which entities of the default tenant, or of one that it may enter, `who` may read. */
  filter(who: Principal): Filter;
  /** Attributes (IRIs) that `who` may not see, of whatever entity; undefined: none. */
  hidden(who: Principal): ReadonlySet<string> | undefined;
};

/**
 * @param tenant its number, 0 the city's own
 * @throws Problem forbidden when `who` may not do this to entities of one of these types (IRIs) there
 */
export function demand(
  policy: Pick<Policy, 'permits'>,
  who: Principal,
  action: 'writeEntities' | 'deleteEntities',
  types: readonly string[],
  tenant: number,
): void {
  for (const type of types) {
    if (policy.permits(who, action, { type: 'EntityType', id: type, elsewhere: tenant !== 0 })) continue;
    const deed = action === 'deleteEntities' ? 'delete' : 'write';
    throw new Problem('forbidden', `you may not ${deed} entities of type ${type}`);
  }
}

/** The policy of `--auth off`: only loopback is served, and whoever is there may do everything. */
export const openPolicy: Policy = { permits: () => true, filter: () => 'everything', hidden: () => undefined };
