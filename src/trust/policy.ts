import type { Principal } from '../http/principal.ts';
import { evaluateQ, type Entity } from '../ngsild/index.ts';
import type { QNode } from '../ngsild/query.ts';

export type Action = 'read' | 'write' | 'delete' | 'administer';

/** What a principal may see of a type: all of it, none of it, or what a query tree selects. */
export type Filter = 'everything' | 'nothing' | QNode;

/**
 * The policy seam. Every read of the broker ANDs `filter` into its query, every write asks `allows`; the answer may be
 * cached per (policy version, roles, action, type, tenant).
 */
export type Policy = {
  filter(who: Principal, action: Action, type: string | undefined): Filter;
  allows(who: Principal, action: Action, type: string | undefined): boolean;
};

/** Whether a principal may read this entity: none of its types speaks against it. */
export const mayRead = (policy: Pick<Policy, 'filter'>, who: Principal, entity: Entity): boolean =>
  entity.type.every((type) => {
    const filter = policy.filter(who, 'read', type);
    return filter === 'everything' || (filter !== 'nothing' && evaluateQ(filter, entity));
  });

/** The policy of `--auth off`: only loopback is served, and whoever is there may do everything. */
export const openPolicy: Policy = { filter: () => 'everything', allows: () => true };
