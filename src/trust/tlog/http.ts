/** The log over HTTP: the static files of C2SP tlog-tiles below `/tlog`, receipts, and the door for witnesses. */
import type { Hono } from 'hono';
import { Problem } from '../../base/problem.ts';
import type { Access, ApiRoute } from '../../http/index.ts';
import { toBase64 } from './encoding.ts';
import { formatVerifier } from './note.ts';
import { parseTilePath } from './tiles.ts';
import type { Transparency } from './transparency.ts';

const text = 'text/plain; charset=utf-8';
const problem = {
  media: 'application/problem+json',
  schema: { $ref: '#/components/schemas/ProblemDetails' },
};

export const logApi: readonly ApiRoute[] = [
  {
    name: 'getLog',
    method: 'GET',
    path: '/api/log',
    summary: 'The transparency log: its key, its newest checkpoint, and who outside has signed one',
    answers: { 200: { description: 'The log', media: 'application/json', schema: { type: 'object' } } },
  },
  {
    name: 'getReceipt',
    method: 'GET',
    path: '/api/log/{index}/receipt',
    summary: 'Proof that an entry stands in the log, with the record that it stands for (C2SP tlog-proof)',
    parameters: [
      {
        name: 'index',
        in: 'path',
        description: 'Number of the entry, from 0',
        schema: { type: 'integer', minimum: 0 },
        example: '0',
      },
    ],
    answers: {
      200: { description: 'The proof', media: 'text/plain' },
      404: { description: 'There is no such entry, or its record is not public', ...problem },
    },
  },
];

export function logRoutes(app: Hono, transparency: Transparency): void {
  const { log, key } = transparency;
  app.get('/tlog/checkpoint', (c) =>
    c.body(log.head().text, 200, { 'content-type': text, 'cache-control': 'max-age=2' }),
  );
  app.get('/tlog/key', (c) => c.body(`${key}\n`, 200, { 'content-type': text }));
  app.get('/tlog/tile/*', async (c) => {
    const name = parseTilePath(c.req.path.slice('/tlog/'.length));
    const bytes = name && (await log.read(c.req.path.slice('/tlog/'.length)));
    if (!bytes) throw new Problem('not-found', 'the log has no such tile');
    return c.body(new Uint8Array(bytes), 200, {
      'content-type': 'application/octet-stream',
      'cache-control': 'public, max-age=31536000, immutable',
    });
  });
  app.post('/tlog/cosignatures', async (c) => {
    const note = await c.req.text();
    const cut = note.lastIndexOf('\n\n');
    if (cut < 0) throw new Problem('bad-data', 'wanted the text of the checkpoint, an empty line and a signature');
    await log.cosign(note.slice(0, cut + 1), note.slice(cut + 2));
    return c.body(null, 204);
  });
  app.get('/api/log', (c) => {
    const head = log.head();
    const witnessed = log.witnessed();
    return c.json({
      origin: log.verifier.name,
      key,
      size: head.checkpoint.size,
      rootHash: toBase64(head.checkpoint.root),
      witnesses: log.witnesses.map(formatVerifier),
      witnessed: witnessed
        ? {
            size: witnessed.checkpoint.size,
            by: witnessed.cosigned.map(({ verifier, timestamp }) => ({
              name: verifier.name,
              at: new Date(timestamp * 1000).toISOString(),
            })),
          }
        : null,
    });
  });
  app.get('/api/log/:index/receipt', async (c) => {
    const index = c.req.param('index');
    if (!/^\d{1,15}$/.test(index)) throw new Problem('not-found', 'there is no such entry', 'index');
    return c.body(await transparency.receipt(Number(index)), 200, {
      'content-type': text,
      'content-disposition': `attachment; filename="${log.verifier.name.replace(/[^\w.-]/g, '-')}-${index}.tlog-proof"`,
    });
  });
}

export const logAccess: Access = {
  'GET /tlog/checkpoint': 'readLog',
  'GET /tlog/key': 'readLog',
  'GET /tlog/tile/*': 'readLog',
  // A cosignature proves itself.
  'POST /tlog/cosignatures': 'readLog',
  'GET /api/log': 'readLog',
  'GET /api/log/:index/receipt': 'readLog',
  'GET /log/check': 'readLog',
  'GET /log': 'readLog',
};
