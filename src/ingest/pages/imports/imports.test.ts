import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openTestCity, type TestCity } from '../../../../test/fixtures/testCity.ts';
import { fullLanguages, problemWords } from '../../../ui/index.ts';
import { importNotes } from '../../importing/notes.ts';
import { remarkKinds } from '../../importing/remark.ts';
import { omissions } from '../../mapping/index.ts';
import { ingestWords, reasonWord } from '../messages/index.ts';
import { importsWords } from './messages/index.ts';

const table = ['No;Street;Power, W;lon;lat']
  .concat(Array.from({ length: 40 }, (_, n) => `L-${n};Rudaki ${n};${60 + n};68.7${n + 10};38.5${n + 10}`))
  .concat('L-40;Bad;much;68.7;38.5')
  .join('\n');
const sourceAnswers = { sourceName: 'Street lights', purpose: 'Upkeep', owner: 'City lights', legalBasis: 'Charter' };

test('every kind of remark, note and omission has its words', () => {
  const { en } = importsWords.tables;
  for (const kind of remarkKinds) assert.ok(`remark_${kind}` in en, kind);
  for (const note of importNotes) assert.ok(`note_${note}` in en, note);
  for (const kind of omissions) assert.ok(`left_${kind}` in ingestWords.tables.en, kind);
});

suite('the way of a file through the browser', () => {
  let city: TestCity;
  before(async () => {
    city = await openTestCity({ city: 'dushanbe' });
  });
  after(() => city.close());

  const page = async (path: string): Promise<string> => {
    const answer = await fetch(city.url + path);
    assert.equal(answer.status, 200, path);
    return answer.text();
  };
  /** @returns where the answer leads */
  const send = async (path: string, body: FormData | URLSearchParams, status = 303): Promise<string> => {
    const answer = await fetch(city.url + path, { method: 'POST', body, redirect: 'manual' });
    assert.equal(answer.status, status, `${path}: ${await answer.text()}`);
    return answer.headers.get('location') ?? '';
  };
  const upload = (name: string, content: string | Uint8Array<ArrayBuffer>): Promise<string> => {
    const form = new FormData();
    form.append('file', new Blob([content]), name);
    return send('/en/imports', form);
  };
  const lights = async (): Promise<number> => {
    const answer = await city.fetch('/entities?type=Streetlight&limit=1&count=true');
    return Number(answer.headers.get('ngsild-results-count'));
  };
  /** The form as a browser would send it back. */
  const formOf = (html: string): URLSearchParams => {
    const answers = new URLSearchParams();
    for (const [, name = '', value = ''] of html.matchAll(/<input[^>]* name="([^"]+)"[^>]* value="([^"]*)"/g)) {
      answers.set(name, value);
    }
    for (const [, name = '', options = ''] of html.matchAll(/<select[^>]* name="([^"]+)"[^>]*>(.*?)<\/select>/gs)) {
      answers.set(name, /<option value="([^"]*)" selected/.exec(options)?.[1] ?? '');
    }
    return answers;
  };

  test('it is sent, looked at, taken, and taken back, without a script', async () => {
    const prepare = await upload('lamps.csv', table);
    assert.match(prepare, /^\/en\/imports\/new\/[0-9A-Z]{10}$/);
    const first = await page(prepare);
    assert.match(first, /urn:ngsi-ld:Streetlight:L-0/);
    assert.equal(await lights(), 0, 'a look takes nothing');

    const answers = formOf(first);
    assert.equal(answers.get('column2'), 'Power, W');
    answers.set('do', 'take');
    assert.equal(await send(prepare, answers), prepare, 'a source without words is asked again');
    assert.match(await page(prepare), /role="alert"/);
    assert.equal(await lights(), 0);

    for (const [name, value] of Object.entries(sourceAnswers)) answers.set(name, value);
    answers.set('name2', 'lampPower');
    answers.set('role2', 'number');
    const path = await send(prepare, answers);
    assert.match(path, /^\/en\/imports\/[0-9A-Z]{10}$/);
    assert.equal(await lights(), 40);
    const taken = await (await city.fetch('/entities/urn:ngsi-ld:Streetlight:L-3?options=keyValues')).json();
    assert.equal((taken as { lampPower: number }).lampPower, 63);
    const done = await page(path);
    assert.match(done, /wrong kind of value 1/);
    const rejects = await fetch(`${city.url}/api${path.slice(3)}/rejects.csv`);
    assert.match(await rejects.text(), /^row,reason,detail,text\r\n42,type,/);
    assert.match(await page('/tg/imports'), /lamps\.csv/);
    assert.equal((await fetch(city.url + prepare)).status, 409, 'the file was let go');

    await send(`${path}/undo`, new URLSearchParams());
    assert.equal(await lights(), 0);
    assert.match(await page(path), /undone/);
  });

  test('an import that failed goes on for the source that it began for', async () => {
    // The quote is never closed: it is seen when the rows before it are taken.
    const prepare = await upload('bins.csv', `No;Fill, %\n${'B-1;5\n'.repeat(3000)}B-2;"open\n`);
    const answers = formOf(await page(prepare));
    for (const [name, value] of Object.entries({ ...sourceAnswers, sourceName: 'Bins' })) answers.set(name, value);
    for (const [name, value] of Object.entries({ type: 'WasteContainer', do: 'take' })) answers.set(name, value);
    const path = await send(prepare, answers);
    const failed = async (): Promise<void> => {
      while (!(await page(path)).includes('/go-on')) await sleep(50);
    };
    for (let n = 0; n < 2; n++) {
      await failed();
      assert.equal(await send(`${path}/go-on`, new URLSearchParams()), path);
    }
    const { sources } = (await (await fetch(`${city.url}/api/sources`)).json()) as {
      sources: { source: { id: string } }[];
    };
    assert.deepEqual(
      sources.map(({ source }) => source.id).filter((id) => id.startsWith('bins')),
      ['bins'],
    );
  });

  test('the columns of a source are remembered for its next file', async () => {
    const prepare = await upload('lamps-2027.csv', table.replaceAll('L-', 'M-'));
    const answers = formOf(await page(prepare));
    answers.set('source', 'street-lights');
    answers.set('do', 'look');
    assert.equal(await send(prepare, answers), prepare);
    assert.equal(formOf(await page(prepare)).get('name2'), 'lampPower');
    await send(`${prepare}/remove`, new URLSearchParams());
    assert.equal((await fetch(city.url + prepare)).status, 404);
  });

  test('a second source of the same name is not made in silence', async () => {
    const prepare = await upload('posts.csv', 'No;Height\nP-1;5\nP-2;6\n');
    const answers = formOf(await page(prepare));
    const asked = { ...sourceAnswers, sourceName: ' street LIGHTS', type: 'Streetlight', do: 'take' };
    for (const [name, value] of Object.entries(asked)) answers.set(name, value);
    assert.equal(await send(prepare, answers), prepare);
    for (const language of fullLanguages) {
      const html = await page(prepare.replace('/en/', `/${language}/`));
      assert.ok(html.includes(importsWords(language)('sourceTaken')), language);
    }
    await send(`${prepare}/remove`, new URLSearchParams());
  });

  test('what is to be said of a file stands in the reader’s language, with the English sentence as a quotation', async () => {
    const rows = Array.from({ length: 20 }, (_, n) => `L-${n};Rudaki;90011223${n};9${n};68.78;38.5${n}`);
    rows.push('L-20;Rudaki;900112233;much;68.78;38.57', 'L-21;Rudaki;900112234;70;68.78;');
    const content = ['No;Street;Phone;Watt;lon;lat', ...rows.toReversed()].join('\n');
    const path = await upload('lamps-2028.csv', content);
    for (const language of fullLanguages) {
      const t = importsWords(language);
      const html = (await page(path.replace('/en/', `/${language}/`))).replaceAll('&quot;', '"');
      const main = html.slice(html.indexOf('<main'));
      assert.ok(main.includes(`${t('notes')}: ${t('note_halfPlace')} 1`), language);
      assert.ok(
        main.includes(`</b>: ${reasonWord('type', language)} <small class="detail" lang="en">column`),
        language,
      );
      assert.match(main, /<small class="detail" lang="en">point: longitude "68.78" without latitude<\/small>/);
      if (language === 'en') continue;
      assert.ok(main.includes(`Phone: ${t('remark_personal')} <small class="detail" lang="en">`), language);
      // English stands in quotations only, each after words of the page's language.
      assert.doesNotMatch(
        main.replaceAll(/<small class="detail" lang="en">/g, ''),
        /<[a-z]+[^>]* lang="en"(?! hreflang)/,
      );
      assert.doesNotMatch(main, /<(p|li|div)[^>]*>\s*<small/);
    }
    await send(`${path}/remove`, new URLSearchParams());
  });

  test('a file that cannot be used says why on the page, and nothing is taken', async () => {
    const seq = city.lastSeq();
    for (const [name, content, words, kind] of [
      ['photo.png', new Uint8Array([0x89, 0x50, 0x4e, 0x47]), /no file that can be imported/, 'bad-data'],
      ['half.xlsx', new Uint8Array([0x50, 0x4b, 3, 4, 0, 0]), /half\.xlsx/, 'bad-data'],
      ['cp1251.csv', new Uint8Array([0x6e, 0x6f, 0x0a, 0xcf, 0xf0, 0xe8]), /windows-1251|UTF-8/, undefined],
      ['empty.csv', '', /empty|no header|header/, 'bad-data'],
    ] as const) {
      const path = await upload(name, content);
      assert.match(await page(path), words, name);
      const tajik = await page(path.replace('/en/', '/tg/'));
      const said = kind === undefined ? reasonWord('row', 'tg') : problemWords('tg')(kind);
      assert.ok(tajik.includes(`${said} <small class="detail" lang="en">`), name);
      assert.match(tajik, words, name);
    }
    await send('/en/imports', new FormData(), 400);
    assert.equal(city.lastSeq(), seq);
  });
});
