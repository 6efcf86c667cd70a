import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openTestCity } from '../../../test/fixtures/testCity.ts';
import { parseMappingFile } from '../mapping/index.ts';
import type { ImportView } from './views.ts';

const directory = await mkdtemp(join(tmpdir(), 'chorsu-imports-'));
after(() => rm(directory, { recursive: true }));
const open = () => openTestCity({ data: join(directory, 'city') });
const mapping = parseMappingFile(
  Buffer.from(
    JSON.stringify({
      '@context': { height: 'https://example.org/height' },
      sources: [
        {
          id: 'trees',
          name: 'Trees',
          purpose: 'Test',
          owner: 'Test',
          legalBasis: 'Test',
          retentionDays: 30,
          personal: 'none',
          granularity: 'tree',
          kind: 'csv',
        },
      ],
      mappings: [
        {
          source: 'trees',
          payload: 'csv',
          entity: { id: 'urn:ngsi-ld:Tree:{id}', type: 'Tree' },
          attributes: { height: { column: 'height' } },
        },
      ],
    }),
  ),
  'trees.json',
  [],
);
const file = async (name: string, ...lines: string[]): Promise<string> => {
  const path = join(directory, name);
  await writeFile(path, ['id,height', ...lines, ''].join('\n'));
  return path;
};

test('imports are listed, told and taken back over HTTP; the mapping stays with its source over a restart', async () => {
  let city = await open();
  const ask = async (path: string, init?: RequestInit) => {
    const answer = await fetch(`${city.url}${path}`, init);
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  const first = await city.ingest.importFile({ file: await file('a.csv', '1,5', '2,x', '3,7'), mapping });
  assert.deepEqual([first.kept, first.rejected, first.born], [2, 1, 2]);

  const { body: listed } = await ask('/api/imports');
  assert.deepEqual(
    (listed['imports'] as ImportView[]).map(({ id, state, name, source }) => [id, state, name, source]),
    [[first.id, 'done', 'a.csv', 'trees']],
  );
  const { body: told } = await ask(`/api/imports/${first.id}`);
  const { counts, rejectedBy, undoable } = told as unknown as ImportView;
  assert.deepEqual([counts.items, counts.kept, rejectedBy, undoable], [3, 2, { type: 1 }, true]);
  const unknown = await ask('/api/imports/none');
  assert.deepEqual([unknown.status, unknown.body['detail']], [404, 'there is no import none']);
  assert.equal((await ask('/api/imports/none/undo', { method: 'POST' })).status, 404);
  assert.equal((await ask(`/api/imports/${first.id}/stop`, { method: 'POST' })).status, 409);

  await city.close();
  city = await open();
  assert.deepEqual(
    city.ingest.reports().map(({ source }) => [source.id, source.retentionDays]),
    [['trees', 30]],
  );
  assert.deepEqual(
    city.ingest.retention().map(({ days }) => days),
    [30],
  );
  const again = await file('b.csv', '1,6', '3,7', '4,2');
  await assert.rejects(
    city.ingest.importFile({ file: again, source: 'benches' }),
    /no mapping is remembered of source benches/,
  );
  await assert.rejects(city.ingest.importFile({ file: again }), /name the source, or give a mapping file/);
  const preview = await city.ingest.preview({ file: again, source: 'trees' }, 2);
  assert.equal(preview.items.length, 2);
  const second = await city.ingest.importFile({ file: again, source: 'trees' });
  assert.deepEqual([second.kept, second.alreadyThere, second.born], [2, 1, 1]);

  const undone = await ask(`/api/imports/${second.id}/undo`, { method: 'POST' });
  assert.deepEqual([undone.status, undone.body['state']], [200, 'undone']);
  const height = async (id: string) => {
    const found = await city.broker.find({ id: 'test', kind: 'system', roles: [] }, 0, `urn:ngsi-ld:Tree:${id}`);
    return found?.entity.attrs['https://example.org/height']?.[0]?.value;
  };
  assert.deepEqual([await height('1'), await height('3'), await height('4')], [5, 7, undefined]);
  await city.close();
});
