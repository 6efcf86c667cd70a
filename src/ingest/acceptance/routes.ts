/** `/sources/ID/acceptance` and `/api/sources/ID/acceptance`. */
import type { Hono } from 'hono';
import { Problem } from '../../base/problem.ts';
import { oneAtATime } from '../../base/queue.ts';
import type { Broker } from '../../broker/index.ts';
import type { Clock } from '../../base/clock.ts';
import { whoOf, type Principal } from '../../http/index.ts';
import type { Site } from '../../ui/index.ts';
import type { Health } from '../health.ts';
import { acceptancePage } from '../pages/acceptance/page.tsx';
import type { Sources } from '../source.ts';
import { parseAsked } from './asked.ts';
import { acceptanceCsv } from './csv.ts';
import { acceptanceOf, shareOf, type Acceptance } from './report.ts';

const waitingMax = 8;

export function acceptanceRoutes(
  app: Hono,
  deps: {
    broker: Pick<Broker, 'query' | 'history'>;
    sources: Sources;
    health: Health;
    site: Site | undefined;
    clock: Clock;
    timeZone: string;
    nameOf: (id: string) => string;
  },
): void {
  const { broker, sources, health, site, clock, timeZone, nameOf } = deps;
  // A report reads much: one after the other.
  const inTurn = oneAtATime();
  let waiting = 0;
  const refusedOf = (id: string): Acceptance['refused'] => health.report(sources.get(id)).rejectedBy;
  const reportFor = async (who: Principal, id: string, query: URLSearchParams): Promise<Acceptance> => {
    const source = sources.get(id);
    const now = clock.now();
    const asked = parseAsked(query, now, timeZone);
    if (waiting >= waitingMax) throw new Problem('overloaded', 'other reports are being made: try again in a minute');
    waiting++;
    return inTurn(() => acceptanceOf({ broker, refusedOf }, who, source, asked, now)).finally(() => waiting--);
  };
  site?.page(app, '/sources/:id/acceptance', async (reader) =>
    acceptancePage(
      { report: await reportFor(reader.who, reader.params['id'] ?? '', reader.query), timeZone, nameOf },
      reader,
    ),
  );
  app.get('/api/sources/:id/acceptance', async (c) => {
    const report = await reportFor(whoOf(c), c.req.param('id'), new URL(c.req.url).searchParams);
    const { source, asked, madeAt, ...rest } = report;
    const completeness = shareOf(report);
    return c.json({
      source: source.id,
      simulated: source.simulated,
      from: new Date(asked.from).toISOString(),
      to: new Date(asked.to).toISOString(),
      expected: asked.everyMs === undefined ? { estimated: true } : { estimated: false, everyMs: asked.everyMs },
      page: asked.page,
      madeAt: new Date(madeAt).toISOString(),
      ...(completeness !== undefined && { completeness }),
      ...rest,
    });
  });
  app.get('/api/sources/:id/acceptance.csv', async (c) => {
    const report = await reportFor(whoOf(c), c.req.param('id'), new URL(c.req.url).searchParams);
    const prefix = report.source.simulated ? 'simulated-' : '';
    return c.body(acceptanceCsv(report), 200, {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': `attachment; filename="${prefix}${report.source.id}-acceptance.csv"`,
      'cache-control': 'no-store',
    });
  });
}
