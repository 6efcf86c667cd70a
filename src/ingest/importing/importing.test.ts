import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, test } from 'node:test';
import { Problem } from '../../base/problem.ts';
import { systemPrincipal } from '../../http/principal.ts';
import type { Broker } from '../../broker/index.ts';
import { importsOn } from '../fixtures/imports.ts';
import { spyOn } from '../fixtures/spy.ts';
import { openTestCity } from '../../../test/fixtures/testCity.ts';
import { parseMappingFile, type MappingFile } from '../mapping/index.ts';
import { openTable } from '../tables/open.ts';
import type { TableRow } from '../tables/table.ts';
import { findImporter } from './importers.ts';
import type { ImportOptions, ImportReport } from './views.ts';

const city = await openTestCity();
after(() => city.close());
const directory = await mkdtemp(join(tmpdir(), 'chorsu-csv-'));
after(() => rm(directory, { recursive: true }));
let files = 0;
async function file(content: string | Uint8Array): Promise<string> {
  const path = join(directory, `${++files}.csv`);
  await writeFile(path, content);
  return path;
}
async function rowsOf(path: string): Promise<TableRow[]> {
  const all: TableRow[] = [];
  for await (const { rows } of (await (await openTable(path)).table(undefined)).rows()) all.push(...rows);
  return all;
}

const station = (more: Record<string, unknown> = {}): MappingFile =>
  parseMappingFile(
    Buffer.from(
      JSON.stringify({
        sources: [
          {
            id: 'stations',
            name: 'Stations',
            purpose: 'Test',
            owner: 'Test',
            legalBasis: 'Test',
            retentionDays: null,
            personal: 'none',
            granularity: 'station',
            kind: 'csv',
          },
        ],
        mappings: [
          {
            source: 'stations',
            payload: 'csv',
            entity: { id: 'urn:ngsi-ld:Station:{station}', type: 'Station' },
            time: { column: 'time', format: 'yyyy-MM-dd HH:mm', zone: 'Asia/Dushanbe' },
            attributes: { level: { column: 'level', unitCode: 'CMT', missing: [-999], range: { min: 0 } } },
            ...more,
          },
        ],
      }),
    ),
    'map.json',
    [],
  );
const importFile = (options: ImportOptions, broker: Broker): Promise<ImportReport> =>
  importsOn(broker, city.store.rows).run(options);

test('a file that no door takes is refused, with what is accepted', async () => {
  const path = join(directory, 'map.png');
  await writeFile(path, '\x89PNG\r\n');
  await assert.rejects(findImporter(path), /map\.png is no file that can be imported; accepted: .*CSV \(\.csv/);
  await assert.rejects(findImporter(join(directory, 'none.csv')), /cannot read the file/);
  assert.equal((await findImporter(await file('a,b\n1,2\n'))).kind, 'csv');
});

test('every column that is missing is named before anything is taken', async () => {
  const broker = spyOn(city.broker);
  const path = await file('place,level_cm,when\nx,1,2\n');
  await assert.rejects(importFile({ file: path, mapping: station() }, broker), (error) => {
    assert.ok(error instanceof Problem);
    assert.match(error.message, /has no column "station", "time", "level"|has no column "level", "station", "time"/);
    return true;
  });
  assert.equal(broker.readings.length, 0);
});

const faulty = [
  'station,time,level',
  'A,2026-01-01 00:00,10',
  'A,2026-01-01 00:10,-5',
  'A,2026-01-01 00:10,-5',
  'A,2026-01-01 00:20,-999',
  'A,2026-01-01 00:30',
  'A,2026-02-30 00:30,7',
  'A,2026-01-01 00:40,seven',
  'B,2026-01-01 00:00,10',
  '=1+1,2026-01-01 00:00,x',
].join('\n');

test('each row is kept, flagged or rejected, and the rejects file says why', async () => {
  const broker = spyOn(city.broker);
  const bytes = Buffer.concat([Buffer.from(`${faulty}\nA,2026-01-01 00:50,1`), Buffer.from([0xe9, 0x0a])]);
  const rejectsFile = join(directory, 'rejects.csv');
  const report = await importFile({ file: await file(bytes), mapping: station(), rejectsFile }, broker);
  assert.deepEqual(
    [report.items, report.readings, report.kept, report.flagged, report.rejected, report.alreadyThere],
    [10, 10, 2, 1, 7, 0],
  );
  assert.deepEqual(report.rejectedBy, { duplicate: 1, missing: 1, row: 2, time: 1, type: 2 });
  assert.equal(broker.readings.length, 3);
  const rejects = await rowsOf(rejectsFile);
  assert.deepEqual(rejects.map(({ cells }) => `${cells[0]} ${cells[1]}`).toSorted(), [
    '10 type',
    '11 row',
    '4 duplicate',
    '5 missing',
    '6 row',
    '7 time',
    '8 type',
  ]);
  assert.match(String(rejects.find(({ cells }) => cells[0] === '11')?.cells[2]), /column 3 is not valid UTF-8/);
  assert.match(String(rejects.find(({ cells }) => cells[0] === '6')?.cells[2]), /found 2 columns, wanted 3/);
  assert.match(String(rejects.find(({ cells }) => cells[0] === '10')?.cells[3]), /^=1\+1/);
  assert.match(
    await readFile(rejectsFile, 'utf8'),
    /,"'=1\+1/,
    'what a spreadsheet would run is protected in the file',
  );
});

test('a dry run counts the same and takes nothing', async () => {
  const broker = spyOn(city.broker);
  const report = await importFile(
    { file: await file(faulty.replaceAll('A,', 'D,').replace('B,', 'E,')), mapping: station(), dryRun: true },
    broker,
  );
  assert.deepEqual([report.kept, report.flagged, report.rejected], [2, 1, 6]);
  assert.equal(broker.readings.length, 0);
  assert.equal(report.preview.length, 3);
  assert.equal(report.preview[0]?.id, 'urn:ngsi-ld:Station:D');
});

const hours = (station: string, from: number, to: number): string =>
  ['station,time,level']
    .concat(
      Array.from({ length: to - from }, (_, i) => {
        const at = new Date(Date.UTC(2026, 0, 1) + (from + i) * 3_600_000).toISOString();
        return `${station},${at.slice(0, 10)} ${at.slice(11, 16)},${from + i}`;
      }),
    )
    .join('\n');
const sums = ({ items, kept, flagged, rejected, alreadyThere }: ImportReport) => ({
  items,
  kept,
  flagged,
  rejected,
  alreadyThere,
});

test('a second import of the same file adds nothing, a longer one only what is new', async () => {
  const broker = spyOn(city.broker);
  const first = await importFile({ file: await file(hours('twice', 0, 300)), mapping: station(), batch: 40 }, broker);
  assert.deepEqual(sums(first), { items: 300, kept: 300, flagged: 0, rejected: 0, alreadyThere: 0 });
  const again = await importFile({ file: await file(hours('twice', 0, 300)), mapping: station(), batch: 70 }, broker);
  assert.deepEqual(sums(again), { items: 300, kept: 0, flagged: 0, rejected: 0, alreadyThere: 300 });
  const longer = await importFile({ file: await file(hours('twice', 200, 310)), mapping: station() }, broker);
  assert.deepEqual(sums(longer), { items: 110, kept: 10, flagged: 0, rejected: 0, alreadyThere: 100 });
  assert.equal(broker.readings.length, 310);
});

test('an import that was cut off goes on without taking anything twice', async () => {
  const broker = spyOn(city.broker);
  const path = await file(hours('cut', 0, 500));
  let records = 0;
  broker.before = () => {
    if (++records === 4) throw new Error('killed');
  };
  await assert.rejects(importFile({ file: path, mapping: station(), batch: 50 }, broker), /killed/);
  broker.before = () => {};
  const rest = await importFile({ file: path, mapping: station(), batch: 50 }, broker);
  assert.deepEqual(sums(rest), { items: 500, kept: 500, flagged: 0, rejected: 0, alreadyThere: 0 });
  const instants = new Set(broker.readings.map((reading) => Object.values(reading.attrs)[0]?.[0]?.observedAt));
  assert.equal(instants.size, 500);
  assert.equal(broker.readings.length, 500);
  const {
    entities: [entity],
  } = await broker.aggregate(
    systemPrincipal,
    0,
    ['urn:ngsi-ld:Station:cut'],
    { timeproperty: 'observedAt' },
    { methods: ['totalCount', 'sum'] },
  );
  const level = entity?.attrs.find(({ name }) => name.endsWith('/level'))?.methods;
  assert.equal(level?.totalCount?.[0]?.[0], 500);
  assert.equal(level.sum?.[0]?.[0], (499 * 500) / 2);
});

test('an import stops at a signal between two records', async () => {
  const broker = spyOn(city.broker);
  const stop = new AbortController();
  const report = await importFile(
    {
      file: await file(hours('stopped', 0, 500)),
      mapping: station(),
      batch: 50,
      signal: stop.signal,
      onProgress: () => stop.abort(),
    },
    broker,
  );
  assert.equal(report.stopped, true);
  assert.equal(report.kept, broker.readings.length);
  assert.ok(report.kept < 500);
});

test('a record of an import, and of its undo, is begun when queries see the one before', async () => {
  const broker = spyOn(city.broker);
  const { writer, state } = city.store;
  const unapplied: number[] = [];
  broker.before = () => void unapplied.push(writer.lastSeq() - state.appliedSeq());
  const service = importsOn(broker, city.store.rows);
  const { id = '' } = await service.run({ file: await file(hours('slow', 0, 200)), mapping: station(), batch: 20 });
  // Its mapping, that there is an import, and its first record.
  assert.deepEqual(unapplied.slice(3), Array<number>(9 + 1).fill(0));
  unapplied.length = 0;
  await service.undo(id, { batch: 2 });
  assert.deepEqual(unapplied.slice(2), Array<number>(4 + 1).fill(0));
});

const data = fileURLToPath(new URL('../../../../shared/data/', import.meta.url));
const example = async (name: string): Promise<MappingFile> => {
  const path = fileURLToPath(new URL(`../../../docs/examples/${name}`, import.meta.url));
  return parseMappingFile(await readFile(path), name, []);
};

test('both years of the Bishkek air station: kept, flagged and rejected add up to the files', async (t) => {
  if (!existsSync(`${data}air`)) {
    t.skip('skipped: ../shared/data/air not found');
    return;
  }
  const broker = spyOn(city.broker);
  const mapping = await example('air-bishkek.json');
  const reports: ImportReport[] = [];
  for (const year of [2021, 2022]) {
    reports.push(await importFile({ file: `${data}air/AirBishkek${year}.csv`, mapping }, broker));
  }
  const total = (name: 'items' | 'kept' | 'flagged' | 'rejected' | 'alreadyThere'): number =>
    reports.reduce((sum, report) => sum + report[name], 0);
  assert.equal(total('items'), 16_602);
  assert.equal(total('kept') + total('flagged') + total('rejected') + total('alreadyThere'), 16_602);
  // Counted apart from this code: awk over the quality column and the sign of the value.
  assert.equal(total('rejected'), 94 + 33, 'invalid, and missing');
  assert.equal(total('alreadyThere'), 1, 'the last hour of 2021 stands in both files');
  assert.equal(total('flagged'), 4 + 207, 'suspect, and valid but negative');
  assert.equal(broker.readings.length, total('kept') + total('flagged'));

  // Daily means of a week, in UTC, reckoned here from the lines of the file.
  const from = Date.UTC(2021, 0, 11);
  const days = Array.from({ length: 7 }, () => ({ sum: 0, count: 0 }));
  for (const line of (await readFile(`${data}air/AirBishkek2021.csv`, 'utf8')).trim().split('\n').slice(1)) {
    const cells = line.split(',');
    const [date = '', clockTime = '', half] = (cells[2] ?? '').split(' ');
    const hour = (Number(clockTime.slice(0, 2)) % 12) + (half === 'PM' ? 12 : 0);
    const day = days[Math.floor((Date.parse(`${date}T00:00:00Z`) + (hour - 6) * 3_600_000 - from) / 86_400_000)];
    if (!day || !['Valid', 'Suspect'].includes(cells[13]?.trim() ?? '') || cells[10] === '-999.0') continue;
    day.sum += Number(cells[10]);
    day.count++;
  }
  const {
    entities: [entity],
  } = await broker.aggregate(
    systemPrincipal,
    0,
    ['urn:ngsi-ld:AirQualityObserved:Bishkek'],
    { time: { timerel: 'between', timeAt: from, endTimeAt: from + 7 * 86_400_000 }, timeproperty: 'observedAt' },
    { methods: ['avg', 'totalCount'], period: { months: 0, ms: 86_400_000 } },
  );
  const pm25 = entity?.attrs.find(({ name }) => name.endsWith('/pm25'))?.methods;
  assert.deepEqual(
    pm25?.totalCount?.map(([value]) => value),
    days.map(({ count }) => count),
  );
  for (const [index, { sum, count }] of days.entries()) {
    const mean = Number(pm25.avg?.[index]?.[0]);
    assert.ok(Math.abs(mean - sum / count) < 1e-9, `day ${index}: ${mean} = ${sum / count}`);
  }
});

test('the wide table of METR-LA gives a reading per detector and five minutes, each with its place', async (t) => {
  if (!existsSync(`${data}traffic`)) {
    t.skip('skipped: ../shared/data/traffic not found');
    return;
  }
  const broker = spyOn(city.broker);
  const report = await importFile(
    {
      file: `${data}traffic/metr-la-speed-3days.csv`,
      mapping: await example('traffic-metr-la.json'),
      dryRun: true,
      batch: 20_000,
    },
    broker,
  );
  assert.deepEqual([report.items, report.readings, report.born], [864, 864 * 207, 207]);
  assert.equal(report.kept + report.rejected, 864 * 207);
  const location = report.preview[0]?.atBirth?.['https://uri.etsi.org/ngsi-ld/location']?.[0]?.value;
  assert.deepEqual(location, { type: 'Point', coordinates: [-118.31829, 34.15497] });
});
