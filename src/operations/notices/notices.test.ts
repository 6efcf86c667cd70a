import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { SaxesParser } from 'saxes';
import { openTestCity } from '../../../test/fixtures/testCity.ts';
import { fixedClock } from '../../base/clock.ts';
import { countedIds } from '../../base/ids.ts';
import { Problem } from '../../base/problem.ts';
import { namuna } from '../../city/index.ts';
import { systemPrincipal } from '../../http/index.ts';
import { fullLanguages, missingMessages } from '../../ui/index.ts';
import { compose } from './compose.ts';
import { iriOf } from './entity.ts';
import { noticeWords } from './pages/messages/index.ts';
import { keepSampleNotice } from './sample.ts';
import { parseDraft, stateOf } from './schema.ts';
import { noticeService } from './service.ts';
import { advice, reasons, sentences, templates, withdrawals } from './templates.ts';
import { document, element } from './xml.ts';

// 13:00 in Namuna.
const clock = fixedClock('2026-11-22T08:00:00Z');
const hourMs = 3_600_000;
const city = await openTestCity({ city: fileURLToPath(new URL('../../city/namuna', import.meta.url)) }, clock);
after(() => city.close());
const id = (n: number): string => `00000000${String(n).padStart(2, '0')}`;

type Pairs = readonly (readonly [string, string])[];
const water: Pairs = [
  ['template', 'water-planned'],
  ['districts', 'navrud'],
  ['from', '22.11.2026 18:00'],
  ['until', '22.11.2026 22:00'],
  ['severity', 'Moderate'],
  ['reason', 'pipe-repair'],
  ['advice', 'store-water'],
];
const but = (changes: Readonly<Record<string, string>>): Pairs => [
  ...water.filter(([name]) => !(name in changes)),
  ...Object.entries(changes),
];
const send = (path: string, fields: Pairs): Promise<Response> =>
  fetch(city.url + path, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: city.url },
    body: new URLSearchParams(fields.map(([name, value]) => [name, value])),
  });
const write = async (n: number, changes: Readonly<Record<string, string>> = {}): Promise<string> => {
  const answer = await send('/ru/console/notices', [...but(changes), ['id', id(n)]]);
  assert.equal(answer.status, 303, await answer.text());
  assert.equal(answer.headers.get('location'), `/ru/notices/${id(n)}`);
  return id(n);
};
const textOf = async (path: string): Promise<string> => (await fetch(city.url + path)).text();
const readable = (html: string): string =>
  html
    .slice(html.indexOf('<main'))
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ');

type Node = {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  text: string;
  readonly inside: Node[];
};
function parsed(xml: string): Node {
  const root: Node = { name: '', attributes: {}, text: '', inside: [] };
  const open = [root];
  const parser = new SaxesParser({ xmlns: false });
  parser.on('error', (error) => assert.fail(error));
  parser.on('opentag', ({ name, attributes }) => {
    const node: Node = { name, attributes, text: '', inside: [] };
    open.at(-1)?.inside.push(node);
    open.push(node);
  });
  parser.on('text', (text) => {
    const node = open.at(-1);
    if (node) node.text += text;
  });
  parser.on('closetag', () => void open.pop());
  parser.write(xml).close();
  const [top] = root.inside;
  assert.ok(top);
  return top;
}
const named = (node: Node, name: string): readonly Node[] => node.inside.filter((one) => one.name === name);
const textIn = (node: Node, name: string): string | undefined => named(node, name)[0]?.text;
const cap = async (path = '/notices/cap'): Promise<Node> => parsed(await textOf(path));

test('words and templates are complete in five languages, and a blank of one stands in all', () => {
  assert.deepEqual(missingMessages(noticeWords), []);
  const all = [
    ...templates
      .filter(({ id: own }) => own !== 'other')
      .flatMap(({ event, headline, text }) => [event, headline, text]),
    ...[sentences, reasons, advice, withdrawals].flatMap((words) => Object.values(words)),
  ];
  const blanks = (text = ''): string => [...text.matchAll(/\{\w+\}/g)].map(String).toSorted().join();
  for (const words of all) {
    for (const language of fullLanguages) {
      assert.ok(words[language], `${language}: ${words.en}`);
      assert.equal(blanks(words[language]), blanks(words.en), `${language}: ${words.en}`);
    }
  }
});

test('a city without notices says so: no page, no entry and no message pretends otherwise', async () => {
  assert.match(readable(await textOf('/en/notices')), /This city has not written any notice yet/);
  const answer = await fetch(`${city.url}/notices/cap`);
  assert.equal(answer.status, 404);
  assert.deepEqual(named(parsed(await textOf('/notices/atom?lang=en')), 'entry'), []);
  assert.deepEqual(JSON.parse(await textOf('/api/operations/notices')), { notices: [] });
});

test('one form in one language comes out in five, with dates of the city and its own names of places', async () => {
  const fields = [...but({ places: 'Улица Пекарей, 41\nза рынком', 'more.ru': 'Звоните 1234.' })];
  const html = readable(await (await send('/ru/console/notices/preview', fields)).text());
  for (const said of [
    'Наврӯд: об намешавад, 22.11.2026 18:00–22:00',
    'Навруд: не будет воды, 22.11.2026 18:00–22:00',
    'Navroʻd: suv boʻlmaydi, 22.11.2026 18:00–22:00',
    'Навруд: су болмайды, 22.11.2026 18:00–22:00',
    'Navrud: no water, 22.11.2026 18:00–22:00',
    'Мошинҳои обкаш: кӯчаи Нонвоён, 41; за рынком.',
    'Water trucks: Bakers Street, 41; за рынком.',
    'Reason: repair of pipes.',
    'Танҳо ба забони русӣ: Звоните 1234.',
    'Своих слов на этом языке нет.',
  ])
    assert.ok(html.includes(said), said);
  assert.equal((await fetch(`${city.url}/notices/cap`)).status, 404, 'looking sends nothing');
});

test('what is wrong in a form is shown at its field, what was typed stays, and nothing is sent', async () => {
  const wrongs: Readonly<Record<string, string>> = {
    until: '22.11.2026 12:00',
    from: '31.02.2026 12:00',
    districts: 'nowhere',
    severity: 'Awful',
    reason: 'storm',
    about: 'the burst',
    'more.tg': 'x'.repeat(2_001),
  };
  for (const [name, value] of Object.entries(wrongs)) {
    for (const path of ['/console/notices/preview', '/console/notices']) {
      const answer = await send(path, [...but({ 'more.ru': 'stays', [name]: value }), ['id', id(99)]]);
      const html = await answer.text();
      assert.equal(answer.status, 400, name);
      assert.ok(html.includes(`href="#${name}"`) && html.includes('>stays</textarea>'), name);
      assert.ok(html.includes(`id="${name}"`), name);
    }
  }
  assert.equal((await send('/console/notices/preview', [['template', 'no']])).status, 400);
  assert.deepEqual(JSON.parse(await textOf('/api/operations/notices')), { notices: [] });
});

test('a notice is planned, in force and over by the clock, as page, entity, feed and message', async () => {
  const own = await write(1);
  await write(1);
  const state = async (): Promise<string> =>
    (JSON.parse(await textOf(`/api/operations/notices/${own}`)) as { state: string }).state;
  const entity = async () =>
    (await (await city.fetch(`/entities/${iriOf(own)}`)).json()) as Record<
      string,
      { value: unknown; languageMap: object }
    >;
  const service = noticeService({ ...city, rows: city.store.rows, clock, newId: countedIds(), permits: () => true });
  assert.equal(await state(), 'planned');
  assert.equal((await fetch(`${city.url}/notices/cap`)).status, 404, 'planned is not in force');
  clock.set('2026-11-22T13:30:00Z');
  assert.equal(await state(), 'inForce');
  await service.settle();
  const { status, category, district, title, validTo } = await entity();
  assert.deepEqual([status?.value, category?.value, district?.value], ['inForce', 'water', 'navrud']);
  assert.deepEqual(validTo?.value, { '@type': 'DateTime', '@value': '2026-11-22T17:00:00.000Z' });
  assert.equal(Object.keys(title?.languageMap ?? {}).length, 5);
  assert.match(readable(await textOf('/en/notices')), /One notice is in force/);
  assert.match(readable(await textOf('/en/notices?district=kulolon')), /There is none for this district/);
  assert.match(await textOf('/en/'), /Navrud: no water/);
  const entry = (feed: Node): Node | undefined => named(feed, 'entry')[0];
  const before = entry(parsed(await textOf('/notices/atom?lang=en')));
  assert.ok(before && textIn(before, 'summary')?.startsWith('In force.'));
  assert.equal(textIn(before, 'updated'), '2026-11-22T13:00:00.000Z');
  clock.set('2026-11-22T17:00:00Z');
  assert.equal(await state(), 'over');
  const gone = entry(parsed(await textOf('/notices/atom?lang=en')));
  assert.ok(gone && textIn(gone, 'summary')?.startsWith('Over.'));
  assert.equal((await fetch(`${city.url}/notices/cap`)).status, 404);
  assert.equal(await service.settle(), 1);
  assert.equal(await service.settle(), 0, 'once');
  assert.equal((await entity())['status']?.value, 'over');
  const late = await send(`/console/notices/${own}/withdraw`, [
    ['version', '1'],
    ['reason', 'cleared'],
  ]);
  assert.equal(late.status, 409);
});

test('what was said stays: an update, a prolongation and a withdrawal are versions that name those before them', async () => {
  clock.set('2026-11-23T08:00:00Z');
  const times = { from: '23.11.2026 13:00', until: '23.11.2026 20:00' };
  const own = await write(2, { ...times, 'more.ru': 'Первое.' });
  const change = (path: string, fields: Pairs): Promise<Response> => send(`/console/notices/${own}${path}`, fields);
  assert.equal((await change('', [...but({ ...times, 'more.ru': 'Второе.' }), ['version', '1']])).status, 303);
  assert.equal((await change('', [...but(times), ['version', '1']])).status, 409, 'somebody else was faster');
  clock.advance(hourMs);
  assert.equal(
    (
      await change('/prolong', [
        ['version', '2'],
        ['until', 'later'],
      ])
    ).status,
    400,
  );
  assert.equal(
    (
      await change('/prolong', [
        ['version', '2'],
        ['until', '23.11.2026 23:00'],
      ])
    ).status,
    303,
  );
  const update = await cap();
  assert.equal(textIn(update, 'msgType'), 'Update');
  assert.equal(textIn(update, 'references')?.split(' ').length, 2);
  assert.equal(textIn(named(update, 'info')[0] ?? update, 'expires'), '2026-11-23T23:00:00+05:00');
  assert.equal(
    (
      await change('/withdraw', [
        ['version', '3'],
        ['reason', 'bored'],
      ])
    ).status,
    400,
  );
  assert.equal(
    (
      await change('/withdraw', [
        ['version', '3'],
        ['reason', 'cleared'],
      ])
    ).status,
    303,
  );
  const cancel = await cap(`/notices/${own}/cap`);
  assert.equal(textIn(cancel, 'msgType'), 'Cancel');
  assert.deepEqual(
    textIn(cancel, 'references')
      ?.split(' ')
      .map((one) => one.split(',')[1]),
    [1, 2, 3].map((n) => `chorsu:city:namuna:notice:${own}:${n}`),
  );
  const page = readable(await textOf(`/ru/notices/${own}`));
  for (const said of ['Первое.', 'Второе.', 'Продлено', 'Отменено: причина устранена.'])
    assert.ok(page.includes(said), said);
  const { versions } = JSON.parse(await textOf(`/api/operations/notices/${own}`)) as { versions: { step: string }[] };
  assert.deepEqual(
    versions.map(({ step }) => step),
    ['withdrawn', 'prolonged', 'updated', 'issued'],
  );
});

test('one about an alarm begins with the template, the district and the end that fit what is in trouble', async () => {
  const pipe = 'urn:ngsi-ld:Pipe:taken';
  const alert = 'urn:ngsi-ld:Alert:TAKEN00000';
  for (const body of [
    { id: pipe, type: 'Pipe', district: { type: 'Property', value: 'navrud' } },
    {
      id: alert,
      type: 'Alert',
      alertSource: { type: 'Relationship', object: pipe },
      district: { type: 'Property', value: 'navrud' },
    },
    { id: 'urn:ngsi-ld:Bench:taken', type: 'Bench' },
  ]) {
    const made = await city.fetch('/entities', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    assert.equal(made.status, 201);
  }
  const form = await textOf(`/ru/console/notices/new?about=${alert}`);
  assert.match(form, /<h1>Авария: нет воды<\/h1>/);
  assert.match(form, /value="navrud" checked/);
  assert.match(form, /name="withdraws" value="yes" checked/);
  assert.match(form, new RegExp(`name="about"[^>]* value="${alert}"`));
  const other = await textOf(`/ru/console/notices?about=${alert}`);
  assert.match(other, new RegExp(`new\\?template=water-planned&amp;about=${encodeURIComponent(alert)}`));
  assert.match(
    await textOf('/ru/console/notices/new?about=urn:ngsi-ld:Bench:taken'),
    /template=road-danger&amp;about=/,
  );
  assert.doesNotMatch(await textOf('/ru/console/notices/new?about=urn:ngsi-ld:Alert:NOBODY0000'), /name="about"/);
});

test('what is about an alarm waits to be withdrawn when it is cleared, and withdraws itself only where it says so', async () => {
  clock.set('2026-11-24T08:00:00Z');
  const service = noticeService({ ...city, rows: city.store.rows, clock, newId: countedIds(), permits: () => true });
  const alert = 'urn:ngsi-ld:Alert:8Z3KQ0M2XT';
  const told = (state: string, method: string, path: string): Promise<Response> =>
    city.fetch(path, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        ...(method === 'POST' && { id: alert, type: 'Alert' }),
        state: { type: 'Property', value: state },
      }),
    });
  assert.equal((await told('raised', 'POST', '/entities')).status, 201);
  const times = { from: '24.11.2026 13:00', until: '24.11.2026 20:00', about: alert };
  const stays = await write(3, times);
  const goes = await write(4, { ...times, withdraws: 'yes' });
  const due = async () => (await service.watched(systemPrincipal)).filter((one) => one.due).map((one) => one.id);
  assert.deepEqual(await due(), []);
  assert.equal(await service.settle(), 0);
  assert.equal((await told('cleared', 'PATCH', `/entities/${alert}`)).status, 204);
  assert.deepEqual((await due()).toSorted(), [stays, goes]);
  assert.match(readable(await textOf('/en/console/notices')), /Due to be withdrawn/);
  await service.settle();
  assert.deepEqual(await due(), [stays]);
  const gone = await service.get(goes);
  assert.deepEqual([gone.version.withdrawal, gone.version.by], ['cleared', systemPrincipal.id]);
});

test('CAP: a simulated city exercises in every message and language, in the order of the schema', async () => {
  const message = await cap();
  assert.equal(message.attributes['xmlns'], 'urn:oasis:names:tc:emergency:cap:1.2');
  assert.equal(textIn(message, 'status'), 'Exercise');
  const order = (node: Node): string => node.inside.map(({ name }) => name).join(' ');
  assert.equal(order(message), `identifier sender sent status msgType scope note ${'info '.repeat(5).trim()}`);
  const infos = named(message, 'info');
  assert.deepEqual(
    infos.map((info) => textIn(info, 'language')),
    ['tg', 'ru', 'uz', 'kk', 'en'],
  );
  const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$/;
  for (const info of infos) {
    assert.equal(
      order(info),
      'language category event responseType urgency severity certainty effective onset expires senderName headline description instruction web area',
    );
    assert.match(textIn(info, 'headline') ?? '', /^\[\p{Lu}+\] /u, 'the stamp');
    for (const name of ['effective', 'onset', 'expires']) assert.match(textIn(info, name) ?? '', instant);
    const [area] = named(info, 'area');
    assert.ok(area);
    const points = (textIn(area, 'polygon') ?? '').split(' ');
    assert.ok(points.length >= 4 && points[0] === points.at(-1));
    const [lat = 0, long = 0] = (points[0] ?? '').split(',').map(Number);
    assert.ok(lat > 37 && lat < 38 && long > 67 && long < 69, 'latitude first');
    assert.deepEqual(
      named(named(area, 'geocode')[0] ?? area, 'value').map(({ text }) => text),
      ['navrud'],
    );
  }
});

test('CAP: a real city is Actual, and without districts its area is its box', async () => {
  const real = await openTestCity({ city: 'namangan' }, clock);
  try {
    const fields = [
      ...but({ districts: '*', from: '24.11.2026 13:00', until: '25.11.2026 20:00' }),
      ['id', id(1)] as const,
    ];
    const form = await (await fetch(`${real.url}/en/console/notices/new?template=other`)).text();
    assert.match(form, /value="\*" checked/, 'there is nothing to choose from');
    const body = new URLSearchParams(fields.map(([name, value]) => [name, value]));
    const headers = { origin: real.url };
    const sent = await fetch(`${real.url}/console/notices`, { method: 'POST', redirect: 'manual', headers, body });
    assert.equal(sent.status, 303);
    const message = parsed(await (await fetch(`${real.url}/notices/cap`)).text());
    assert.equal(textIn(message, 'status'), 'Actual');
    const [info] = named(message, 'info');
    assert.ok(info);
    assert.ok(!textIn(info, 'headline')?.includes('['));
    assert.equal(textIn(named(info, 'area')[0] ?? info, 'polygon')?.split(' ').length, 5);
    const feed = parsed(await (await fetch(`${real.url}/notices/atom`)).text());
    assert.ok(!textIn(feed, 'title')?.includes('['));
  } finally {
    await real.close();
  }
});

test('Atom: each language and district has its own, which says what it is asked', async () => {
  for (const language of fullLanguages) {
    const feed = parsed(await textOf(`/notices/atom?lang=${language}&district=navrud`));
    assert.equal(feed.attributes['xml:lang'], language);
    for (const name of ['id', 'title', 'updated', 'author', 'link']) assert.ok(named(feed, name).length > 0, name);
    const entries = named(feed, 'entry');
    assert.ok(entries.length >= 3);
    for (const entry of entries) {
      for (const name of ['id', 'title', 'updated', 'summary']) assert.equal(named(entry, name).length, 1, name);
      assert.match(textIn(entry, 'title') ?? '', /^\[\p{Lu}+\] /u, 'the stamp');
    }
  }
  assert.deepEqual(named(parsed(await textOf('/notices/atom?lang=ru&district=kulolon')), 'entry'), []);
  assert.equal((await fetch(`${city.url}/notices/atom?lang=xx`)).status, 400);
  assert.equal((await fetch(`${city.url}/notices/atom?district=xx`)).status, 400);
  assert.match(await textOf('/tg/notices'), /<link rel="alternate" type="application\/atom\+xml"/);
});

test('the pages speak five languages', async () => {
  for (const language of fullLanguages) {
    for (const path of [`notices/${id(2)}`, 'notices', 'console/notices', `console/notices/${id(3)}`]) {
      const answer = await fetch(`${city.url}/${language}/${path}`);
      const html = await answer.text();
      assert.equal(answer.status, 200, html);
      assert.doesNotMatch(readable(html), /undefined|\[object|_|\{/, `${language} ${path}`);
    }
    for (const { id: template } of templates)
      assert.equal((await fetch(`${city.url}/${language}/console/notices/new?template=${template}`)).status, 200);
  }
});

test('the sample city has always one in force', async () => {
  const own = fixedClock('2027-01-01T00:00:00Z');
  const newId = (() => {
    let n = 50;
    return () => id(n++);
  })();
  clock.set('2027-01-01T00:00:00Z');
  const service = noticeService({ ...city, rows: city.store.rows, clock: own, newId, permits: () => true });
  for (let minutes = 0; minutes < 18 * 60; minutes += 0.5) {
    await keepSampleNotice(service, namuna(), own);
    if (minutes % 60 === 0) {
      const inForce = (await service.current()).filter((notice) => stateOf(notice, own.now()) === 'inForce');
      assert.equal(inForce.length, 1, `after ${minutes} minutes`);
    }
    own.advance(30_000);
    clock.advance(30_000);
  }
});

test('any text in any field reads back equal through an XML parser, or is refused with its field', () => {
  const text = fc.string({ unit: 'binary', maxLength: 60 });
  const now = Date.parse('2026-11-22T08:00:00Z');
  let read = 0;
  fc.assert(
    fc.property(text, (value) => {
      const fields = new Map(but({ 'more.tg': value }).map(([name, one]) => [name, [one]] as const));
      try {
        const { more } = parseDraft(fields, namuna(), now);
        const back = parsed(document(element('a', [element('b', more.tg ?? '', { c: more.tg ?? '' })])));
        assert.equal(textIn(back, 'b') ?? '', more.tg ?? '');
        assert.equal(named(back, 'b')[0]?.attributes['c'], more.tg ?? '');
        read++;
      } catch (error) {
        assert.ok(error instanceof Problem, String(error));
        assert.equal(error.field, 'more.tg');
      }
    }),
  );
  assert.ok(read > 10, `only ${read} were taken`);
});

test('no form makes anything but a draft or a Problem', () => {
  const names = [
    'template',
    'districts',
    'from',
    'until',
    'severity',
    'reason',
    'advice',
    'places',
    'title.tg',
    'about',
  ];
  const value = fc.oneof(
    fc.string(),
    fc.constantFrom(...water.map(([, one]) => one), 'other', '*', '29.02.2027 25:00'),
  );
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...names), fc.array(value, { maxLength: 3 })), (changed) => {
      const fields = new Map<string, readonly string[]>([
        ...water.map(([name, one]) => [name, [one]] as const),
        ...Object.entries(changed),
      ]);
      try {
        const draft = parseDraft(fields, namuna(), Date.parse('2026-11-22T08:00:00Z'));
        assert.ok(Object.values(compose(draft, namuna())).every((said) => said !== undefined && said.headline !== ''));
      } catch (error) {
        assert.ok(error instanceof Problem && error.field !== undefined, String(error));
      }
    }),
  );
});
