/** Files that inflate, lead out of their place, or pretend to be something else. */
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { strToU8, zipSync, type Zippable } from 'fflate';
import { silentLog } from '../../src/base/log.ts';
import { Problem } from '../../src/base/problem.ts';
import { commands } from '../../src/cli/commands.ts';
import { runCommandLine } from '../../src/cli/index.ts';
import { writeWorkbook } from '../../src/ingest/tables/fixtures/workbook.ts';
import { openTestCity, type TestCity } from '../fixtures/testCity.ts';
import { statusOf, victim, type Victim } from './victim.ts';

let city: TestCity;
let attacked: Victim;
let directory: string;
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'chorsu-attack-'));
  city = await openTestCity({ city: 'dushanbe' });
  attacked = victim(city);
});
after(async () => {
  await city.close();
  await rm(directory, { recursive: true, force: true });
});

const pack = (files: Zippable): Uint8Array => zipSync(files, { level: 1 });

/** What a browser's form does with a file, up to the page that says what would become of it. */
async function uploaded(name: string, content: Uint8Array): Promise<{ status: number; page: string }> {
  const form = new FormData();
  form.append('file', new Blob([content as Uint8Array<ArrayBuffer>]), name);
  const answer = await fetch(`${city.url}/en/imports`, { method: 'POST', body: form });
  return { status: answer.status, page: await answer.text() };
}
const refusal = async (file: string): Promise<string> => {
  const error: unknown = await city.ingest.preview({ file }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof Problem, `${file}: ${String(error)}`);
  return error.kind;
};

test('archives and workbooks that inflate to gigabytes are refused before they do', async () => {
  const zeros = new Uint8Array(20_000_000);
  const row = '<row><c t="inlineStr"><is><t>x</t></is></c></row>';
  const book = writeWorkbook({ sheets: [{ name: 'a', data: row.repeat(300_000) }] });
  const feed = Object.fromEntries(
    ['agency', 'stops', 'routes', 'trips', 'stop_times', 'calendar'].map((name) => [`${name}.txt`, zeros]),
  );
  for (const [name, bytes] of [
    ['feed.zip', pack(feed)],
    ['book.xlsx', book],
    ['nested.zip', pack({ 'a.zip': pack({ 'b.zip': pack({ 'c.txt': zeros }) }) })],
    ['many.zip', pack(Object.fromEntries(Array.from({ length: 11_000 }, (_, n) => [`${n}.txt`, new Uint8Array(0)])))],
  ] as const) {
    assert.ok(bytes.length < 3_000_000, `${name}: ${bytes.length}`);
    const path = join(directory, name);
    await writeFile(path, bytes);
    const begun = performance.now();
    assert.match(await refusal(path), /^(too-large|bad-data|not-found)$/, name);
    assert.ok(performance.now() - begun < 5_000, name);
  }
  await attacked.stands();
});

test('XML that names entities or files is not expanded', async () => {
  const bomb = `<!DOCTYPE a [<!ENTITY b "${'x'.repeat(1_000)}"><!ENTITY c "${'&b;'.repeat(1_000)}"><!ENTITY d SYSTEM "file:///etc/passwd">]>`;
  const workbook = `${bomb}<workbook><sheets><sheet name="${'&c;'.repeat(100)}&d;" sheetId="1" r:id="rId1"/></sheets></workbook>`;
  const path = join(directory, 'entities.xlsx');
  await writeFile(
    path,
    zipSync({
      '[Content_Types].xml': strToU8('<Types/>'),
      '_rels/.rels': strToU8(
        '<Relationships><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
      ),
      'xl/workbook.xml': strToU8(workbook),
    }),
  );
  assert.match(await refusal(path), /^(too-large|bad-data|not-supported)$/);
  await attacked.stands();
});

test('names that lead out of an archive are refused', async () => {
  for (const name of ['../../etc/cron.d/evil', '/etc/passwd', 'a/../../b', 'C:\\windows\\evil', 'a\\..\\..\\b', '\0']) {
    const path = join(directory, 'slip.zip');
    await writeFile(path, zipSync({ [name]: strToU8('x'), 'stops.txt': strToU8('stop_id\n1\n') }));
    assert.match(await refusal(path), /^(bad-data|not-found)$/, name);
  }
  await attacked.stands();
});

test('an uploaded file keeps to its folder, and is never served as a page', async () => {
  const outside = new Set(await readdir(directory));
  for (const name of [
    '../../../evil.csv',
    '..\\..\\evil.csv',
    '/etc/evil.csv',
    '.csv',
    'a'.repeat(5_000),
    '<script>alert(1)</script>.csv',
  ]) {
    const { status, page } = await uploaded(name, strToU8('a,b\n1,2\n'));
    assert.ok(status < 500, `${name}: ${status}`);
    assert.doesNotMatch(page, /<script>alert/);
  }
  assert.deepEqual(new Set(await readdir(directory)), outside);
  const html = await uploaded('page.html', strToU8('<script>alert(1)</script>'));
  assert.doesNotMatch(html.page, /<script>alert/);
  await attacked.stands();
});

test('addresses that climb lead nowhere', async () => {
  const climbs = ['..', '%2e%2e', '%252e%252e', '..%2f', '..%5c', '..;', '.%00.', '%c0%ae%c0%ae'];
  for (const start of [
    '/assets/',
    '/tlog/tile/',
    '/tlog/tile/8/',
    '/api/connect/',
    '/api/examples/',
    '/api/imports/',
    '/imports/new/',
  ]) {
    for (const climb of climbs) {
      const path = start + `${climb}/`.repeat(8);
      for (const target of ['etc/passwd', 'package.json', 'format.json']) {
        const heard = await attacked.send(
          `GET ${path}${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
        );
        assert.ok([400, 404].includes(statusOf(heard)), `${path}${target}: ${statusOf(heard)}`);
        assert.doesNotMatch(heard, /root:.*:0:0:|"exactOptional|"chorsu"|"format":/);
      }
    }
  }
  await attacked.stands();
});

test('a backup that somebody else has held cannot lead out of itself', async () => {
  const backup = join(directory, 'backup');
  const secret = join(directory, 'secret');
  await mkdir(join(backup, 'files'), { recursive: true });
  await mkdir(secret);
  await writeFile(join(backup, 'backup.json'), '{"seq":0,"at":"","digest":{}}');
  await symlink(secret, join(backup, 'files', 'out'));
  const data = join(directory, 'restored');
  let said = '';
  const all = commands({
    open: () => assert.fail('nothing is opened'),
    log: () => silentLog,
    signals: new EventEmitter(),
    exitNow: (code) => assert.fail(`ended with ${code}`),
  });
  const code = await runCommandLine(all, '0.0.0', ['restore', backup, '--data', data], {
    out: () => {},
    err: (text) => void (said += text),
    interactive: false,
    environment: {},
    now: Date.now,
  });
  assert.equal(code, 1);
  assert.match(said, /a backup holds files and directories, nothing else.*files\/out/s);
  assert.ok(!existsSync(data) && !existsSync(`${data}.part`));
});
