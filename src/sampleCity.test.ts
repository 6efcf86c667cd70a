/** The sample city over a restart, as after an upgrade. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { systemPrincipal } from './http/index.ts';
import { openTestCity } from '../test/fixtures/testCity.ts';

const root = mkdtempSync(join(tmpdir(), 'chorsu-sample-'));
after(() => rmSync(root, { recursive: true, force: true }));

test('a directory of an older program, which had no such device, has it after the next start', async () => {
  const data = join(root, 'city');
  const valve = 'urn:ngsi-ld:Valve:namuna-weavers';
  const gone = [valve, 'urn:ngsi-ld:ControlPoint:valve-weavers'];
  const first = await openTestCity({ demo: true, data });
  await first.broker.amend(systemPrincipal, 0, gone, { by: 'test' }, (looked, at) => ({
    entities: gone.flatMap((id) => (looked.get(id) ? [{ op: 'delete' as const, id, at }] : [])),
  }));
  assert.equal((await first.fetch(`/entities/${valve}`)).status, 404);
  await first.close();
  const next = await openTestCity({ data });
  assert.equal((await next.fetch(`/entities/${valve}`)).status, 200);
  await next.close();
});
