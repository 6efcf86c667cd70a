/**
 * What the standard does not know of subscriptions, for operators and programs: `/api/subscriptions`. Which tenant, tells the
 * header NGSILD-Tenant as elsewhere.
 */
import type { Context, Hono } from 'hono';
import { isObject } from '../../base/json.ts';
import { Problem } from '../../base/problem.ts';
import { whoOf } from '../../http/index.ts';
import type { Tenant } from '../../store/ports.ts';
import type { Tenants } from '../tenants.ts';
import type { Subscriptions } from './index.ts';
import { printPlace } from './streams.ts';
import { shownEndpoint, type Overview } from './overview.ts';

const root = '/api/subscriptions';
const lettersShown = 100;

export function subscriptionRoutes(
  app: Hono,
  deps: { readonly subscriptions: Subscriptions; readonly tenants: Pick<Tenants, 'get'> },
): void {
  const { subscriptions } = deps;
  const { overview, letters, ownership } = subscriptions;
  const tenantOf = (c: Context): Tenant => {
    const name = c.req.header('ngsild-tenant');
    return name === undefined ? 0 : deps.tenants.get(whoOf(c), name);
  };
  const idOf = (c: Context): string => c.req.param('id') ?? '';
  const mine = (c: Context): Promise<unknown> => ownership.find(whoOf(c), tenantOf(c), idOf(c));
  const cause = { by: 'http' };

  app.get(root, async (c) => c.json({ subscriptions: (await overview.list(whoOf(c), tenantOf(c))).map(shown) }));
  app.get(`${root}/:id{[^/]+}`, async (c) => c.json(shown(await overview.get(whoOf(c), tenantOf(c), idOf(c)))));
  app.get(`${root}/:id{[^/]+}/dead-letters`, async (c) => {
    await mine(c);
    const after = seqOf(c.req.query('after'), 'after');
    const limit = Math.min(seqOf(c.req.query('limit'), 'limit') ?? lettersShown, 1_000);
    const found = await letters.list(tenantOf(c), idOf(c), { limit, ...(after !== undefined && { after }) });
    return c.json({
      deadLetters: found.map(({ seq, place, at, refusedAt, attempts, reason, notice }) => ({
        place: printPlace({ seq, place }),
        seq,
        at: instant(at),
        refusedAt: instant(refusedAt),
        attempts,
        reason,
        entityId: notice.entity.id,
      })),
    });
  });
  // Each is a change of its own: what was refused once more, and everything that is kept.
  app.post(`${root}/:id{[^/]+}/dead-letters/replay`, async (c) => {
    await mine(c);
    return c.json(await letters.replay(tenantOf(c), idOf(c), (await fromOf(c)) ?? 0, cause));
  });
  app.post(`${root}/:id{[^/]+}/replay`, async (c) => {
    const from = await fromOf(c);
    if (from === undefined) throw new Problem('bad-data', 'from which change on? a sequence number', 'from');
    return c.json({ hits: await subscriptions.rewind(whoOf(c), tenantOf(c), idOf(c), from) });
  });
}

/** The sequence number in `{"from": 12}`; undefined: none was given. @throws Problem bad-data */
async function fromOf(c: Context): Promise<number | undefined> {
  const text = await c.req.text();
  if (text === '') return undefined;
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new Problem('invalid-request', 'the body is not JSON');
  }
  if (!isObject(body)) throw new Problem('bad-data', 'an object like {"from": 1204} is expected');
  for (const name in body) if (name !== 'from') throw new Problem('bad-data', `there is no "${name}" here`, name);
  const { from } = body;
  return from === undefined ? undefined : seqOf(from, 'from');
}

function seqOf(raw: unknown, field: string): number | undefined {
  if (raw === undefined) return undefined;
  const seq = typeof raw === 'string' && /^\d{1,15}$/.test(raw) ? Number(raw) : raw;
  if (typeof seq === 'number' && Number.isInteger(seq) && seq >= 0) return seq;
  throw new Problem('bad-data', 'a whole number is expected', field);
}

const instant = (ms: number): string => new Date(ms).toISOString();
const instantOrNull = (ms: number | null): string | null => (ms === null ? null : instant(ms));

function shown({ stored, status, progress, waiting, oldestAt, kept, letters }: Overview) {
  const { subscription } = stored;
  return {
    id: subscription.id,
    ...(subscription.subscriptionName !== undefined && { subscriptionName: subscription.subscriptionName }),
    status,
    endpoint: shownEndpoint(stored),
    waiting,
    oldestWaitingAt: instantOrNull(oldestAt),
    delivered: printPlace(progress),
    kept,
    keptFrom: progress.keptFrom,
    missed: progress.missed,
    deadLetters: letters,
    timesSent: progress.timesSent,
    timesFailed: progress.timesFailed,
    failuresInARow: progress.failures,
    lastSuccess: instantOrNull(progress.lastSuccess),
    lastFailure: instantOrNull(progress.lastFailure),
    lastError: progress.lastError,
  };
}
