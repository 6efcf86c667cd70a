import type { Hono } from 'hono';
import type { Log } from '../../base/log.ts';
import type { Imports } from './imports.ts';

/** `/api/imports`: what was imported, how far it is, and the way back. */
export function importRoutes(app: Hono, { imports, log }: { imports: Imports; log: Log }): void {
  app.get('/api/imports', async (c) => c.json({ imports: await imports.list() }));
  app.get('/api/imports/:id', async (c) => c.json(await imports.get(c.req.param('id'))));
  app.post('/api/imports/:id/stop', async (c) => {
    await imports.stop(c.req.param('id'));
    return c.json(await imports.get(c.req.param('id')));
  });
  // Taking back may take a while: the answer comes when it has begun, and the import tells how far it is.
  app.post('/api/imports/:id/undo', async (c) => {
    const id = c.req.param('id');
    const done = imports.undo(id);
    const begun = new Promise<void>((resolve) => void setTimeout(resolve, beginMs));
    await Promise.race([done, begun]);
    done.catch((error: unknown) =>
      log.error('an import could not be taken back', { import: id, error: String(error) }),
    );
    const now = await imports.get(id);
    return c.json(now, now.state === 'undone' ? 200 : 202);
  });
}

/** What is refused is refused at once, and small imports are gone by then. */
const beginMs = 500;
