import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { fixedClock } from '../../base/clock.ts';
import { type Principal, systemPrincipal } from '../../http/index.ts';
import { coreContext } from '../../ngsild/index.ts';
import { openPolicies } from '../../trust/index.ts';
import { openTestCity } from '../../../test/fixtures/testCity.ts';

const clock = fixedClock('2026-11-22T08:00:00Z');
const person = (id: string, role: string, areas?: readonly string[]): Principal => ({
  id,
  kind: 'person',
  roles: [role],
  ...(areas && { areas }),
  session: { id: `s-${id}`, csrf: 'token', since: clock.now() },
});
const people: Readonly<Record<string, Principal>> = {
  ALL: person('ALL', 'dispatcher'),
  NAVRUD: person('NAVRUD', 'dispatcher', ['navrud']),
  MAYOR: person('MAYOR', 'mayors-office'),
};
const nobody: Principal = { id: 'anonymous', kind: 'anonymous', roles: [] };
const city = await openTestCity(
  { city: 'src/city/namuna' },
  clock,
  await openPolicies(),
  ({ cookie }) => people[cookie ?? ''] ?? nobody,
);
after(() => city.close());

const send = (who: string, path: string, fields: readonly (readonly [string, string])[]): Promise<Response> =>
  fetch(city.url + path, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie: who },
    body: new URLSearchParams([['csrf', 'token'], ...fields.map(([name, value]) => [name, value])]),
  });
const draft = (...districts: string[]) =>
  [
    ['template', 'water-planned'],
    ...districts.map((id) => ['districts', id] as const),
    ['from', '22.11.2026 18:00'],
    ['until', '22.11.2026 22:00'],
    ['severity', 'Moderate'],
    ['reason', 'pipe-repair'],
    ['advice', 'store-water'],
  ] as const;
const page = async (who: string, path: string): Promise<{ status: number; html: string }> => {
  const answer = await fetch(city.url + path, { headers: { cookie: who } });
  return { status: answer.status, html: await answer.text() };
};
const issued = async (who: string, id: string, ...districts: string[]): Promise<number> =>
  (await send(who, '/en/console/notices', [...draft(...districts), ['id', id]])).status;
const versionsOf = async (id: string): Promise<number> => {
  const answer = await fetch(`${city.url}/api/operations/notices/${id}`);
  return answer.ok ? ((await answer.json()) as { versions: unknown[] }).versions.length : 0;
};
const own = '0000000001';
const other = '0000000002';
const both = '0000000003';
const whole = '0000000004';

test('notices are written for all of one’s own districts, and for none beside them', async () => {
  assert.equal(await issued('NAVRUD', own, 'navrud'), 303);
  for (const [id, districts] of [
    [other, ['kulolon']],
    [both, ['navrud', 'kulolon']],
    [whole, ['*']],
  ] as const) {
    assert.equal(await issued('NAVRUD', id, ...districts), 403, districts.join());
    const preview = await send('NAVRUD', '/en/console/notices/preview', draft(...districts));
    assert.equal(preview.status, 403);
    assert.match(await preview.text(), /Not there: choose among your districts/);
    assert.equal(await versionsOf(id), 0);
    assert.equal(await issued('ALL', id, ...districts), 303);
  }
});

test('what was said for other districts is neither changed, prolonged nor withdrawn; one’s own is', async () => {
  const tries = (...districts: string[]) =>
    [
      ['', [...draft(...districts), ['version', '1']]],
      [
        '/prolong',
        [
          ['version', '1'],
          ['until', '22.11.2026 23:00'],
        ],
      ],
      [
        '/withdraw',
        [
          ['version', '1'],
          ['reason', 'cleared'],
        ],
      ],
    ] as const;
  for (const id of [other, both, whole])
    for (const [path, fields] of tries('navrud')) {
      const { status } = await send('NAVRUD', `/en/console/notices/${id}${path}`, fields);
      assert.equal(status, 403, `${id}${path}`);
      assert.equal(await versionsOf(id), 1);
    }
  assert.equal((await page('NAVRUD', `/en/console/notices/${other}`)).status, 403);
  assert.equal(
    (await send('NAVRUD', `/en/console/notices/${own}`, [...draft('navrud', 'kulolon'), ['version', '1']])).status,
    403,
  );
  assert.equal(await versionsOf(own), 1, 'one’s own does not grow into another district');
  assert.equal(
    (await send('NAVRUD', `/en/console/notices/${own}`, [...draft('navrud'), ['version', '1']])).status,
    303,
  );
});

test('pages lead where one may write, and everybody reads what was said', async () => {
  const { html } = await page('NAVRUD', '/en/console/notices');
  assert.ok(html.includes(`/en/console/notices/${own}"`) && !html.includes(`/en/console/notices/${other}"`));
  assert.ok(html.includes(`/en/notices/${other}"`));
  const form = (await page('NAVRUD', '/en/console/notices/new?template=water-planned')).html;
  assert.match(form, /name="districts" value="navrud" checked/);
  assert.ok(!form.includes('value="kulolon"') && !form.includes('value="*"'));
  assert.ok((await page('ALL', '/en/console/notices/new?template=water-planned')).html.includes('value="*"'));
  assert.ok(!(await page('MAYOR', '/en/console/notices')).html.includes('?template='));
  for (const id of [own, other]) assert.equal((await page('', `/en/notices/${id}`)).status, 200);
});

test('a notice tells nothing of an alarm that its writer does not see', async () => {
  const iri = (name: string): string => coreContext.expand(name);
  const alert = async (n: number, district: string): Promise<string> => {
    const id = `urn:ngsi-ld:Alert:000000000${n}`;
    const attrs = { [iri('district')]: [{ type: 'Property', value: district } as const] };
    await city.broker.record(systemPrincipal, 0, [{ id, type: [iri('Alert')], attrs }], {
      by: 'test',
    });
    return id;
  };
  const [mine, theirs] = [await alert(1, 'navrud'), await alert(2, 'kulolon')];
  const about = (id: string, alarm: string): Promise<Response> =>
    send('NAVRUD', '/en/console/notices', [...draft('navrud'), ['id', id], ['about', alarm], ['withdraws', 'yes']]);
  assert.equal((await about('0000000005', theirs)).status, 400);
  assert.equal(await versionsOf('0000000005'), 0);
  assert.equal((await about('0000000006', mine)).status, 303);
});
