import type { Hono } from 'hono';
import { Problem } from '../../../base/problem.ts';
import type { Policy } from '../../../trust/index.ts';
import type { Site } from '../../../ui/index.ts';
import type { Health } from '../../health.ts';
import { shownTo } from '../../shown.ts';
import { connectPage, mappingFile } from './connect.tsx';
import type { Here } from './door.ts';

/** `/sources/connect`, and the mapping files that it offers: `/api/connect/mqtt.json?lang=tg`. */
export function connectRoutes(
  app: Hono,
  deps: {
    health: Health;
    policy: Pick<Policy, 'permits'>;
    site: Site;
    timeZone: string;
    here: () => Omit<Here, 'now'>;
  },
): void {
  const { health, policy, site, timeZone, here } = deps;
  site.page(app, '/sources/connect', (reader) => {
    const { reports, lastUnmapped } = shownTo(reader.who, { health, policy });
    return connectPage(
      {
        here: { ...here(), now: reader.now },
        reports,
        unmapped: lastUnmapped,
        timeZone,
      },
      reader,
    );
  });
  app.get('/api/connect/:file{[a-z0-9-]+\\.json}', (c) => {
    const file = c.req.param('file');
    const text = mappingFile(file.slice(0, -'.json'.length), c.req.query('lang') ?? 'en');
    if (text === undefined) throw new Problem('not-found', `there is no mapping file ${file}`);
    c.header('content-type', 'application/json; charset=utf-8');
    c.header('content-disposition', `attachment; filename="${file}"`);
    return c.body(text);
  });
}
