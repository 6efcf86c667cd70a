import { spawnSync } from 'node:child_process';
import { startCity } from './lib/city.ts';
import { hasWrk, wrk, type WrkResult } from './lib/wrk.ts';
import type { Bench } from './index.ts';

const things = 1000;
const api = '/ngsi-ld/v1';
const at = '2026-11-22T06:00:00.000Z';

/** Lights are networks: a utility's program may write them, and sees more of them than anybody who comes by. */
const light = (n: number): object => ({
  id: `urn:ngsi-ld:Streetlight:${n}`,
  type: 'Streetlight',
  powerState: { type: 'Property', value: n % 3 === 0 ? 'off' : 'on', observedAt: at },
  level: { type: 'Property', value: n % 100, observedAt: at },
  serialNumber: { type: 'Property', value: `SN-${n}` },
  location: { type: 'GeoProperty', value: { type: 'Point', coordinates: [68.77, 38.56] } },
});

type Asked = { readonly name: string; readonly lua: string; readonly connections: number };
const questions: readonly Asked[] = [
  {
    name: 'patch',
    connections: 64,
    lua: `return wrk.format("PATCH", "${api}/entities/urn:ngsi-ld:Streetlight:" .. n .. "/attrs", nil,
      '{"level":{"type":"Property","value":' .. math.random(0, 10000) / 100 .. ',"observedAt":"2026-11-22T07:00:00.000Z"}}')`,
  },
  { name: 'entity', connections: 64, lua: `return wrk.format("GET", "${api}/entities/urn:ngsi-ld:Streetlight:" .. n)` },
  {
    name: 'list',
    connections: 16,
    lua: `return wrk.format("GET", "${api}/entities?type=Streetlight&q=level>" .. n % 100 .. "&limit=20")`,
  },
];

/** The generator is seeded: every city is asked the same. */
const script = ({ lua }: Asked, key: string | undefined): string => `
math.randomseed(7)
wrk.headers["Content-Type"] = "application/json"
${key === undefined ? '' : `wrk.headers["Authorization"] = "Bearer ${key}"`}
request = function()
  local n = math.random(0, ${things - 1})
  ${lua}
end`;

/** A key of a service with a role, as the command line makes it for a running city. */
function keyOf(data: string, role: string): string {
  const words = [
    'src/main.ts',
    'token',
    'create',
    `bench-${role}`,
    '--role',
    role,
    '--data',
    data,
    '--scope',
    'readEntities',
    '--scope',
    'writeEntities',
    '--scope',
    'seeAttribute',
  ];
  const made = spawnSync(process.execPath, words, { encoding: 'utf8' });
  const key = /chorsu_[0-9A-Za-z]+_[A-Za-z0-9_-]{43}/.exec(made.stdout)?.[0];
  if (key === undefined) throw new Error(`no key was made: ${made.stdout}${made.stderr}`);
  return key;
}

/** P13: what accounts and policies cost, as a share of what the same questions are answered with `--auth off`. */
export const p13: Bench = {
  name: 'P13 accounts and policies: the same requests with a key and with --auth off',
  async run({ seconds }) {
    if (!hasWrk()) return { skipped: 'wrk is not installed (Debian package wrk)' };
    const open = await startCity();
    const guarded = await startCity(['--auth', 'on', '--rate-limit', 'off']);
    const key = keyOf(guarded.data, 'utility-engineer');
    for (const [city, headers] of [
      [open, {}],
      [guarded, { authorization: `Bearer ${key}` }],
    ] as const) {
      const made = await fetch(`${city.url}${api}/entityOperations/create`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(Array.from({ length: things }, (_, n) => light(n))),
      });
      if (made.status !== 201) throw new Error(`the lights were not made: ${made.status} ${await made.text()}`);
    }
    const result: Record<string, string | number> = { bar: '>= 0.8 of --auth off in the same run' };
    let failed = 0;
    for (const asked of questions) {
      const rates = { open: 0, guarded: 0, anybody: 0 };
      // In turns, so that what else the machine does meets all of them.
      for (let turn = 0; turn < 3; turn++) {
        const run = (url: string, as: string | undefined): WrkResult => {
          const answer = wrk(url, script(asked, as), turn === 0 ? 2 : seconds, asked.connections);
          failed += answer.failed;
          return answer;
        };
        const [one, other] = [run(open.url, undefined), run(guarded.url, key)];
        const anybody = asked.name === 'patch' ? undefined : run(guarded.url, undefined);
        if (turn === 0) continue;
        rates.open += one.perSecond / 2;
        rates.guarded += other.perSecond / 2;
        rates.anybody += (anybody?.perSecond ?? 0) / 2;
      }
      const share = (rate: number): number => Math.round((rate / rates.open) * 1000) / 1000;
      result[`${asked.name}Open`] = Math.round(rates.open);
      result[`${asked.name}WithKey`] = share(rates.guarded);
      if (rates.anybody > 0) result[`${asked.name}Anonymous`] = share(rates.anybody);
    }
    await open.stop();
    await guarded.stop();
    return { ...result, failed };
  },
};
