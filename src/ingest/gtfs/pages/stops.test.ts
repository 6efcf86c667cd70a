import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { fixedClock } from '../../../base/clock.ts';
import { fullLanguages, missingMessages } from '../../../ui/index.ts';
import { openTestCity } from '../../../../test/fixtures/testCity.ts';
import { declaredSources, feedZip } from '../fixtures/feed.ts';
import { transitWords } from './messages/index.ts';

const directory = await mkdtemp(join(tmpdir(), 'chorsu-stops-'));
after(() => rm(directory, { recursive: true, force: true }));
/** Friday, 07:55 in the town. */
const clock = fixedClock('2026-11-20T02:55:00Z');
const city = await openTestCity({}, clock);
after(() => city.close());

const page = async (path: string, language = 'en'): Promise<{ status: number; html: string; text: string }> => {
  const answer = await fetch(`${city.url}/${language}${path}`);
  const html = await answer.text();
  const text = html.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');
  return { status: answer.status, html, text };
};

test('the words are complete in five languages', () => assert.deepEqual(missingMessages(transitWords), []));

suite('without a timetable', () => {
  test('the navigation has no stops, and their page says how to begin', async () => {
    assert.doesNotMatch((await page('/sources')).html, /href="\/en\/stops"/);
    assert.match((await page('/stops')).text, /There is no timetable yet .*chorsu import FILE\.zip/);
  });
});

suite('with a timetable', () => {
  test('the page of a stop tells line, destination, time and how long it is until then', async () => {
    const file = join(directory, 'town.zip');
    await writeFile(file, feedZip());
    await city.ingest.importFile({ file, mapping: declaredSources(['bus']), source: 'bus' });
    for (let i = 0; i < 200 && !(await page('/stops')).text.includes('Бозор'); i++) {
      if ((await page('/stops/bus:A')).status === 200) break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const { text, html } = await page('/stops/bus:B', 'ru');
    assert.match(text, /Мактаб .*Следующий: 1, в 08:03\. .*08:03 примерно 1 Вокзал \(ru\) 8 мин/);
    assert.match(html, /<span lang="tg">Мактаб<\/span>/);
    assert.match(text, /Примерно: точного времени для этой остановки в расписании нет/);
    assert.match(text, /Показано на 07:55/);
  });
  test('in every language, with its name where the feed has it', async () => {
    for (const language of fullLanguages) {
      const { status, html, text } = await page('/stops/urn:ngsi-ld:GtfsStop:bus:A', language);
      assert.equal(status, 200);
      assert.match(html, new RegExp(`<html lang="${language}"`));
      assert.match(text, /08:00/);
    }
    assert.match((await page('/stops/bus:A', 'en')).text, /Market/);
  });
  test('a trip that keeps a headway says so', async () => {
    const { text } = await page('/stops/bus:C?from=2026-11-20T09:50:00%2B05:00');
    assert.match(text, /This is not now, but 20\.11\.2026 09:50\. .*10:00 about every 20 min 2 Бозор/);
    assert.doesNotMatch(text, /worked out along the way/);
  });
  test('when nothing leaves soon it says when the next one does, and after the end that it has ended', async () => {
    const { text } = await page('/stops/bus:A?from=2026-11-21T09:00:00%2B05:00');
    assert.match(text, /Nothing leaves here in the next two hours The next one leaves on 22\.11\. 01:10/);
    clock.set('2027-01-16T03:00:00Z');
    const { html, text: ended } = await page('/stops/bus:A');
    assert.match(ended, /No service: the timetable ended on 31\.12\.2026/);
    // A Saturday: the last one that the timetable covers, at the same time of the day.
    assert.match(html, /from=2026-12-26T08%3A00%3A00%2B05%3A00/);
    clock.set('2026-11-20T02:55:00Z');
  });
  test('stops are found by name; the page of the entity leads to the board', async () => {
    assert.match((await page('/stops?name=market')).text, /1 stop found .*Market 101/);
    assert.match((await page('/stops?name=%3Cb%3E')).text, /No stop has this name/);
    assert.match(
      (await page('/entities/urn:ngsi-ld:GtfsStop:bus:A')).html,
      /href="\/en\/stops\/urn:ngsi-ld:GtfsStop:bus:A"/,
    );
    assert.match((await page('/sources')).html, /href="\/en\/stops"/);
  });
  test('a stop that is not there is a page that says so', async () => {
    assert.equal((await page('/stops/bus:Z')).status, 404);
    assert.equal((await page('/stops/bus:A?from=today')).status, 400);
  });
});
