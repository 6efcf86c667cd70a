import type { Broker } from '../broker/index.ts';
import { systemPrincipal } from '../http/principal.ts';
import type { Health } from './health.ts';
import { isFilePayload, sourceAttribute, type PayloadKind } from './mapping/index.ts';

/** Entities looked at per source; enough to tell a living source from a dead one. */
const entitiesMax = 1_000;

/** Tells the health of each mapped or fed source when it was last heard before this start, so that a restart hides no silence. */
export async function restoreLastAccepted(
  broker: Pick<Broker, 'query'>,
  given: readonly { readonly source: string; readonly types: readonly string[]; readonly payload?: PayloadKind }[],
  health: Health,
): Promise<void> {
  for (const { source, types, payload } of given) {
    if ((payload !== undefined && isFilePayload(payload)) || types.length === 0) continue;
    const { entities } = await broker.query(
      systemPrincipal,
      0,
      { type: { node: 'or', of: types.map((iri) => ({ node: 'type', iri })) } },
      { limit: entitiesMax, offset: 0 },
    );
    let last = -Infinity;
    for (const { attrs, modifiedAt } of entities) {
      if (attrs[sourceAttribute]?.[0]?.value === source) last = Math.max(last, Date.parse(modifiedAt));
    }
    if (Number.isFinite(last)) health.restore(source, last);
  }
}
