import type { Principal } from '../http/principal.ts';
import { matchesQuery, type PurgeRequest } from '../ngsild/index.ts';
import type { Cause, Tenant } from '../store/ports.ts';
import type { Broker } from './broker.ts';
import type { BatchResult, EntityService } from './entities.ts';
import { strip, type Command } from './rules.ts';

/** Entities per journal record. */
const perRecord = 1000;

/**
 * 5.6.21 Purge Entities: those that match go, or lose the named members; each is looked at again when it is decided. One
 * record for a thousand, so that a large purge is not one change.
 * @returns what was not done
 */
export async function purge(
  deps: { broker: Broker; entities: EntityService },
  who: Principal,
  tenant: Tenant,
  request: PurgeRequest,
  cause: Cause,
): Promise<Pick<BatchResult, 'changed' | 'failed'>> {
  const changed: string[] = [];
  const failed: BatchResult['failed'][number][] = [];
  let after: string | undefined;
  for (;;) {
    const page = { limit: perRecord, offset: 0, ...(after !== undefined && { after }) };
    const { entities } = await deps.broker.query(who, tenant, request.query, page);
    const commands = entities.map(({ id }) => purging(id, request));
    const result = await deps.entities.runAll(who, tenant, commands, cause);
    changed.push(...result.changed);
    failed.push(...result.failed);
    if (entities.length < perRecord) return { changed, failed };
    after = entities.at(-1)?.id;
  }
}

const purging = (id: string, { query, members }: PurgeRequest): Command => ({
  id,
  rule: (known, at) => {
    if (!known || !matchesQuery(query, known)) return {};
    return members ? strip(known, members, at) : { delta: { op: 'delete', id, at } };
  },
});
