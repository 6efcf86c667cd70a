import type { Context, Hono } from 'hono';
import { Problem } from '../base/problem.ts';
import { whoOf } from '../http/index.ts';
import type { Policy } from '../trust/index.ts';
import type { Site } from '../ui/index.ts';
import type { Health } from './health.ts';
import type { Here } from './pages/connect/door.ts';
import { connectRoutes } from './pages/connect/routes.ts';
import { sourcesPage } from './pages/sources.tsx';
import type { Reception } from './reception.ts';
import { shownTo } from './shown.ts';
import type { Sources } from './source.ts';

/** `/sources`, `/api/sources`, and the doors for senders that speak HTTP: `/api/ingest/...`. */
export function ingestRoutes(
  app: Hono,
  {
    sources,
    health,
    reception,
    site,
    timeZone,
    here,
    policy,
  }: {
    sources: Sources;
    health: Health;
    reception: Reception;
    site: Site | undefined;
    timeZone: string;
    here: () => Omit<Here, 'now'>;
    policy: Pick<Policy, 'permits'>;
  },
): void {
  app.get('/api/sources', (c) => {
    const { reports, unmapped } = shownTo(whoOf(c), { health, policy });
    return c.json({ sources: reports, unmapped });
  });
  site?.page(app, '/sources', (reader) =>
    sourcesPage({ ...shownTo(reader.who, { health, policy }), timeZone }, reader),
  );
  if (site) connectRoutes(app, { health, policy, site, timeZone, here });

  const take = async (c: Context, id: string): Promise<Response> => {
    if (!policy.permits(whoOf(c), 'sendReadings', { type: 'Source', id }))
      throw new Problem('forbidden', `you may not send readings of ${id}`, 'source');
    const topic = c.req.query('topic');
    // A device that has topics of its own speaks for no other one here either.
    const { kind, topics = [] } = whoOf(c);
    if (topic !== undefined && kind === 'device' && topics.length > 0)
      if (!policy.permits(whoOf(c), 'publishTopic', { type: 'Topic', id: topic }))
        throw new Problem('forbidden', `you may not send readings of ${topic}`, 'topic');
    const bytes = new Uint8Array(await c.req.arrayBuffer());
    const { accepted, refused } = await reception.request(id, bytes, 'http', topic);
    const first = refused[0];
    if (accepted === 0 && first) throw new Problem('bad-data', `nothing was taken: ${first.reason}: ${first.detail}`);
    return c.json({ accepted, refused });
  };
  // Uplinks of a LoRaWAN network server (webhook of The Things Network, HTTP integration of ChirpStack).
  app.post('/api/ingest/lorawan/:source', async (c): Promise<Response> => {
    const source = sources.get(c.req.param('source'));
    if (source.kind !== 'lorawan') throw new Problem('not-found', `${source.id} is no LoRaWAN source`, 'source');
    // ChirpStack posts every kind of event to one address; only uplinks hold measurements.
    const event = c.req.query('event');
    if (event !== undefined && event !== 'up') return c.json({ accepted: 0, refused: [] });
    return take(c, source.id);
  });
  app.post('/api/ingest/:source', (c) => take(c, sources.get(c.req.param('source')).id));
}
