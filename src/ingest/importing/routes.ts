import type { Hono } from 'hono';
import type { Log } from '../../base/log.ts';
import { within } from '../../base/timers.ts';
import type { Imports } from './imports.ts';

/** `/api/imports`: what was imported, how far it is, and the way back. */
export function importRoutes(app: Hono, { imports, log }: { imports: Imports; log: Log }): void {
  app.get('/api/imports', async (c) => c.json({ imports: await imports.list() }));
  app.get('/api/imports/:id', async (c) => c.json(await imports.get(c.req.param('id'))));
  app.post('/api/imports/:id/stop', async (c) => {
    await imports.stop(c.req.param('id'));
    return c.json(await imports.get(c.req.param('id')));
  });
  app.post('/api/imports/:id/undo', async (c) => {
    const id = c.req.param('id');
    await beginUndo(imports, id, log);
    const now = await imports.get(id);
    return c.json(now, now.state === 'undone' ? 200 : 202);
  });
}

/**
 * Taking back may take a while: resolves when it has begun, and the import tells how far it is. What is refused is refused
 * at once, and small imports are gone by then.
 * @throws Problem as `Imports.undo`
 */
export async function beginUndo(imports: Pick<Imports, 'undo'>, id: string, log: Log): Promise<void> {
  const done = imports.undo(id);
  let waits = true;
  done.catch((error: unknown) => {
    if (!waits) log.error('an import could not be taken back', { import: id, error: String(error) });
  });
  try {
    await within(beginMs, done);
  } finally {
    waits = false;
  }
}

/** As long as whoever asks waits for an answer that says more than that it has begun. */
export const beginMs = 1_000;
