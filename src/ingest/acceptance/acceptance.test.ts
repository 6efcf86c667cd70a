import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { fixedClock } from '../../base/clock.ts';
import { systemPrincipal } from '../../http/principal.ts';
import { coreContext } from '../../ngsild/index.ts';
import { fullLanguages, missingMessages } from '../../ui/index.ts';
import { openTestCity } from '../../../test/fixtures/testCity.ts';
import { acceptanceWords } from '../pages/acceptance/messages/index.ts';
import { exampleMapping } from '../fixtures/example.ts';
import { criteria } from './asked.ts';
import type { Acceptance } from './report.ts';
import { seriesReport, type Told } from './series.ts';

const minute = 60_000;
const dayMs = 1_440 * minute;
const begin = Date.parse('2026-03-02T00:00:00Z');
const period = { from: begin, to: begin + dayMs };
const told = (at: number, value: number, rest: Partial<Told> = {}): Told => ({
  at: begin + at * minute,
  takenAt: begin + at * minute + 5_000,
  value,
  flagged: false,
  ...rest,
});
/** A day, every quarter of an hour, no number like the one before it. */
const day = (): Told[] => Array.from({ length: 96 }, (_, n) => told(15 * n + 2, 10 + ((n * 7) % 13)));

test('a whole day has nothing to tell', () => {
  const report = seriesReport(day(), period);
  assert.deepEqual(
    { ...report, stuck: report.stuck?.length },
    {
      values: 96,
      received: 96,
      everyMs: 15 * minute,
      missing: 0,
      gaps: [],
      duplicates: 0,
      contradicting: 0,
      late: 0,
      flagged: 0,
      otherUnit: 0,
      stuck: 0,
    },
  );
});

test('faults that were put in are counted, each exactly', () => {
  const values = day();
  const spoilt = [
    // Missing: the first two, five in the middle, the last three.
    ...values.slice(2, 40),
    ...values.slice(45, 93),
    told(15 * 50 + 2, 10 + ((50 * 7) % 13)),
    told(15 * 60 + 2, 99),
    told(15 * 60 + 2, 98),
  ].map((one, n) => (n === 10 ? { ...one, flagged: true } : n === 11 ? { ...one, unitCode: 'X' } : one));
  const report = seriesReport(spoilt, period, 15 * minute);
  assert.deepEqual([report.values, report.received, report.missing], [89, 86, 10]);
  assert.deepEqual(
    report.gaps.map(({ from, missing }) => [(from - begin) / minute, missing]),
    [
      [0, 2],
      [587, 5],
      [1382, 3],
    ],
  );
  assert.deepEqual([report.duplicates, report.contradicting, report.flagged, report.otherUnit], [1, 2, 1, 1]);
  const late = day().map((one, n) => (n === 5 || n === 6 ? { ...one, takenAt: one.takenAt + 60 * minute } : one));
  assert.equal(seriesReport(late, period).late, 2);
  const stuck = day().map((one, n) => (n >= 30 && n < 60 ? { ...one, value: 4 } : one));
  assert.deepEqual(seriesReport(stuck, period).stuck, [
    { from: begin + 452 * minute, to: begin + 887 * minute, values: 30, value: 4 },
  ]);
  assert.equal(seriesReport(stuck, period, undefined, 30).stuck?.length, 0, 'as many as were given');
  assert.equal(
    seriesReport(
      day().map((one) => ({ ...one, value: 1 })),
      period,
    ).stuck,
    undefined,
    'it need not vary',
  );
});

test('what is dropped from a regular series is missing, whatever is dropped', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(95), { maxLength: 90 }), fc.nat(3), (dropped, jitter) => {
      const left = day()
        .filter((_, n) => !dropped.includes(n))
        .map((one, n) => ({ ...one, at: one.at + (n % 2) * jitter * minute }));
      const report = seriesReport(left, period, 15 * minute);
      assert.equal(report.received + (report.missing ?? 0), 96);
      assert.equal(report.missing, dropped.length);
    }),
  );
});

// --- through the door -------------------------------------------------------------------------------------------------
const directory = mkdtempSync(join(tmpdir(), 'chorsu-acceptance-'));
const file = join(directory, 'mapping.json');
writeFileSync(file, JSON.stringify(exampleMapping));
const clock = fixedClock(begin);
const city = await openTestCity({ city: 'dushanbe', housekeeping: false, mappings: [file] }, clock);
after(async () => {
  await city.close();
  rmSync(directory, { recursive: true, force: true });
});
const iri = (name: string): string => coreContext.expand(name);
const urn = (id: string): string => `urn:ngsi-ld:Meter:${id}`;

/** Each value recorded when it was taken. */
async function record(source: string, id: string, attribute: string, values: readonly Told[]): Promise<void> {
  const groups = new Map<number, Told[]>();
  for (const one of values) groups.set(one.takenAt, [...(groups.get(one.takenAt) ?? []), one]);
  for (const [takenAt, some] of [...groups].toSorted(([a], [b]) => a - b)) {
    clock.set(Math.max(takenAt, clock.now()));
    await city.broker.record(
      systemPrincipal,
      0,
      some.map((one) => ({
        id: urn(id),
        type: [iri('Meter')],
        atBirth: { [iri('source')]: [{ type: 'Property', value: source }] },
        attrs: {
          [iri(attribute)]: [
            { type: 'Property', value: one.value, unitCode: 'MQH', observedAt: new Date(one.at).toISOString() },
          ],
        },
      })),
      { by: 'test', source },
    );
  }
}
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- says what the answer is
const ask = async <T>(path: string): Promise<{ status: number; json: T }> => {
  const answer = await fetch(city.url + path);
  return { status: answer.status, json: (await answer.json()) as T };
};
type Answer = Pick<
  Acceptance,
  | 'values'
  | 'received'
  | 'missing'
  | 'delay'
  | 'late'
  | 'contradicting'
  | 'judged'
  | 'series'
  | 'hash'
  | 'gaps'
  | 'entities'
> & { completeness: number };
const asked = `from=${new Date(period.from).toISOString()}&to=${new Date(period.to).toISOString()}&expected=PT15M`;

test('a delivery with known faults is reported with exactly these, and the vendor can compute its hash', async () => {
  const whole = day();
  // Twenty are missing, one comes two hours late, and one is contradicted.
  const spoilt = whole
    .filter((_, n) => n < 30 || n >= 50)
    .map((one, n) => (n === 60 ? { ...one, takenAt: one.takenAt + 120 * minute } : one));
  const again = { ...spoilt[65], value: 77 } as Told;
  const both = [
    ...whole.map((one) => ({ id: 'a', one })),
    ...[...spoilt, again].map((one) => ({ id: 'b', one })),
  ].toSorted((x, y) => x.one.takenAt - y.one.takenAt);
  for (const { id, one } of both) await record('counters', id, 'flow', [one]);
  clock.set(period.to + dayMs);
  const { status, json } = await ask<Answer>(`/api/sources/counters/acceptance?${asked}`);
  assert.equal(status, 200);
  assert.deepEqual([json.entities, json.values, json.received, json.missing], [2, 173, 172, 20]);
  assert.deepEqual([json.late, json.contradicting, json.completeness], [1, 1, 172 / 192]);
  assert.deepEqual(json.delay, { p50: 5_000, p95: 5_000, max: 5_000 + 120 * minute });
  assert.deepEqual(
    json.gaps.map(({ entity, missing, to, from }) => [entity, missing, (to - from) / minute]),
    [[urn('b'), 20, 315]],
  );
  assert.deepEqual(
    json.judged.map(({ criterion, verdict }) => `${criterion} ${verdict}`),
    [
      'completeness notMet',
      'gap met',
      'delay met',
      'late met',
      'stuck met',
      'duplicates met',
      'contradicting notMet',
      'range met',
      'unit met',
    ],
  );
  const lines = [...whole.map((one) => ({ id: 'a', one })), ...[...spoilt, again].map((one) => ({ id: 'b', one }))]
    .toSorted((x, y) =>
      x.id < y.id
        ? -1
        : x.id > y.id
          ? 1
          : x.one.at - y.one.at || (JSON.stringify(x.one.value) < JSON.stringify(y.one.value) ? -1 : 1),
    )
    .map(
      ({ id, one }) => `${urn(id)}\t${iri('flow')}\t${new Date(one.at).toISOString()}\t${JSON.stringify(one.value)}\n`,
    );
  const sha256 = createHash('sha256').update(lines.join('')).digest('hex');
  assert.deepEqual(json.hash, { values: 173, sha256 });
});

test('what fell silent before the period is missed, with the interval of the others', async () => {
  const values = day();
  await record('bins', 'silent', 'flow', [{ ...told(-600, 5), takenAt: clock.now() }]);
  for (const one of values) await record('bins', 'speaks', 'flow', [{ ...one, takenAt: clock.now() }]);
  const [from, to] = [period.from, period.to].map((at) => new Date(at).toISOString());
  const { json } = await ask<Answer>(`/api/sources/bins/acceptance?from=${from}&to=${to}`);
  assert.deepEqual(
    json.series.map(({ entity, received, missing }) => [entity.split(':').at(-1), received, missing]),
    [
      ['silent', 0, 96],
      ['speaks', 96, 0],
    ],
  );
});

test('the page stands in five languages, printed numbers and all; what is asked wrongly is refused by its name', async () => {
  for (const language of fullLanguages) {
    const answer = await fetch(`${city.url}/${language}/sources/counters/acceptance?${asked}`);
    const html = await answer.text();
    assert.equal(answer.status, 200, html);
    assert.doesNotMatch(html, /undefined|\[object|NaN/);
    assert.match(html, /[0-9a-f]{64}/);
    assert.match(await (await fetch(`${city.url}/${language}/sources`)).text(), /\/sources\/counters\/acceptance/);
  }
  const csv = await (await fetch(`${city.url}/api/sources/counters/acceptance.csv?${asked}`)).text();
  assert.equal(csv.trim().split('\r\n').length, 3);
  for (const [query, field] of [
    ['from=yesterday', 'from'],
    ['from=2026-03-03&to=2026-03-01', 'from'],
    ['from=2020-01-01&to=2026-01-01', 'from'],
    ['expected=often', 'expected'],
    ['completeness=x', 'completeness'],
    ['page=0', 'page'],
  ] as const) {
    const { status, json } = await ask<{ field: string }>(`/api/sources/counters/acceptance?${query}`);
    assert.deepEqual([status, json.field], [400, field]);
  }
  assert.equal((await ask('/api/sources/nobody/acceptance')).status, 404);
  const nothing = await ask<Answer>('/api/sources/water-districts/acceptance');
  assert.equal(nothing.status, 200);
  assert.ok(nothing.json.judged.every(({ verdict }) => verdict === 'unknown'));
  assert.deepEqual(missingMessages(acceptanceWords), []);
});

test('no query gives a 500', async () => {
  const names = ['from', 'to', 'expected', 'run', 'page', ...criteria];
  await fc.assert(
    fc.asyncProperty(fc.dictionary(fc.constantFrom(...names), fc.string()), async (query) => {
      const answer = await fetch(`${city.url}/sources/twin/acceptance?${new URLSearchParams(query).toString()}`);
      assert.ok(answer.status < 500);
    }),
    { numRuns: 40 },
  );
});

const data = fileURLToPath(new URL('../../../../shared/data/power/aemo_price_demand_202501_NSW.csv', import.meta.url));
const skip = existsSync(data) ? false : 'skipped: ../shared/data/power not found';

test('a month of a real grid is whole, and what is taken out of it is missed', { skip }, async () => {
  const values = readFileSync(data, 'utf8')
    .trim()
    .split(/\r?\n/)
    .slice(1)
    .map((line): Told => {
      const [, time = '', demand] = line.split(',');
      const at = Date.parse(`${time.replaceAll('/', '-').replace(' ', 'T')}+10:00`);
      return { at, takenAt: at + 60_000, value: Number(demand), flagged: false };
    });
  const month = { from: values[0]?.at ?? 0, to: (values.at(-1)?.at ?? 0) + 5 * minute };
  const whole = seriesReport(values, month);
  assert.deepEqual([whole.received, whole.missing, whole.everyMs], [8_928, 0, 5 * minute]);
  assert.deepEqual([whole.duplicates, whole.contradicting, whole.late, whole.stuck?.length], [0, 0, 0, 0]);
  const left = values.filter((_, n) => n % 97 !== 13 && (n < 4_000 || n >= 4_300));
  const spoilt = seriesReport(left, month);
  assert.equal(spoilt.missing, 8_928 - left.length);
  assert.deepEqual(Math.max(...spoilt.gaps.map(({ missing }) => missing)) >= 300, true);
});
