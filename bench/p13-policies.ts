import { spawnSync } from 'node:child_process';
import { startCity } from './lib/city.ts';
import { median } from './lib/median.ts';
import { hasWrk, wrk } from './lib/wrk.ts';
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

/** `cpuUs`: of the main thread, for each request. */
type Turn = { readonly perSecond: number; readonly cpuUs: number };

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
      const run = (city: typeof open, as: string | undefined, turnSeconds: number): Turn => {
        const before = city.cpuMs().main;
        const answer = wrk(city.url, script(asked, as), turnSeconds, asked.connections);
        failed += answer.failed;
        return { perSecond: answer.perSecond, cpuUs: ((city.cpuMs().main - before) * 1000) / answer.requests };
      };
      const turns: { open: Turn; guarded: Turn; anybody?: Turn }[] = [];
      // Short ones beside each other: what else the machine does meets all of them, and the median forgets the worst.
      for (let turn = -1; turn < Math.max(3, seconds); turn++) {
        const length = turn < 0 ? 3 : 1;
        const one = { open: run(open, undefined, length), guarded: run(guarded, key, length) };
        const both = asked.name === 'patch' ? one : { ...one, anybody: run(guarded, undefined, length) };
        if (turn >= 0) turns.push(both);
      }
      const share = (of: (turn: (typeof turns)[number]) => number): number =>
        Math.round(median(turns.map(of)) * 1000) / 1000;
      result[`${asked.name}Open`] = Math.round(median(turns.map((turn) => turn.open.perSecond)));
      result[`${asked.name}WithKey`] = share((turn) => turn.guarded.perSecond / turn.open.perSecond);
      result[`${asked.name}WithKeyByProcessorTime`] = share((turn) => turn.open.cpuUs / turn.guarded.cpuUs);
      if (asked.name !== 'patch')
        result[`${asked.name}Anonymous`] = share((turn) => (turn.anybody?.perSecond ?? 0) / turn.open.perSecond);
    }
    await open.stop();
    await guarded.stop();
    return { ...result, failed };
  },
};
