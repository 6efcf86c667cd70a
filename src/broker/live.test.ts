import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { systemPrincipal } from '../http/principal.ts';
import { openTestCity, type TestCity } from '../../test/fixtures/testCity.ts';

let city: TestCity;
before(async () => {
  city = await openTestCity();
});
after(() => city.close());

const headers = { 'content-type': 'application/json' };
const lamp = (state: string) => ({ state: { type: 'Property', value: state } });
const create = (id: string) =>
  city.fetch('/entities', { method: 'POST', headers, body: JSON.stringify({ id, type: 'Lamp', ...lamp('off') }) });
const turn = (id: string, state: string) =>
  city.fetch(`/entities/${id}/attrs`, { method: 'PATCH', headers, body: JSON.stringify(lamp(state)) });

type Told = { seq: number; id: string; text: string };

/** The first `count` changes that the stream tells, of one entity where `id` is given. */
async function changes(query: string, count: number, act: () => Promise<unknown>, id?: string): Promise<Told[]> {
  const leaving = new AbortController();
  const answer = await fetch(`${city.url}/api/live${query}`, { signal: leaving.signal });
  assert.equal(answer.headers.get('content-type'), 'text/event-stream; charset=utf-8');
  await act();
  const told: Told[] = [];
  let text = '';
  const decoder = new TextDecoder();
  for await (const piece of answer.body ?? []) {
    text += decoder.decode(piece as Uint8Array, { stream: true });
    const events = text.split('\n\n');
    text = events.pop() ?? '';
    for (const event of events) {
      const data = /^event: change\ndata: (.*)$/m.exec(event)?.[1];
      const change = data === undefined ? undefined : (JSON.parse(data) as Told);
      if (change && (id === undefined || change.id === id)) told.push(change);
    }
    if (told.length >= count) break;
  }
  leaving.abort();
  return told;
}

test('a change is told to whoever watches', { timeout: 20_000 }, async () => {
  const [told] = await changes('?lang=ru', 1, () => create('urn:ngsi-ld:Lamp:1'));
  assert.equal(told?.id, 'urn:ngsi-ld:Lamp:1');
});

test('of the things that a record of an import bears one of each kind is told', { timeout: 20_000 }, async () => {
  const things = Array.from({ length: 60 }, (_, n) => ({
    id: `urn:ngsi-ld:Thing:${n}`,
    type: [`https://e.org/${n % 2 === 0 ? 'Tree' : 'Bench'}`],
    attrs: {},
  }));
  const told = await changes('?lang=en', 3, async () => {
    await city.broker.record(systemPrincipal, 0, things, { by: 'import', source: 'parks' });
    await create('urn:ngsi-ld:Lamp:3');
  });
  const last = ['urn:ngsi-ld:Thing:58', 'urn:ngsi-ld:Thing:59', 'urn:ngsi-ld:Lamp:3'];
  assert.deepEqual(
    told.map(({ id }) => id),
    last,
  );
});

test('who comes back is told what was worth a line meanwhile', { timeout: 20_000 }, async () => {
  await create('urn:ngsi-ld:Lamp:2');
  await turn('urn:ngsi-ld:Lamp:2', 'on');
  const seen = city.lastSeq();
  await turn('urn:ngsi-ld:Lamp:2', 'off');
  // The follower looks every tenth of a second.
  await new Promise((resolve) => setTimeout(resolve, 400));
  const [missed] = await changes(`?after=${seen}`, 1, () => Promise.resolve());
  assert.equal(missed?.id, 'urn:ngsi-ld:Lamp:2');
  assert.ok((missed?.seq ?? 0) > seen);
});

test('what is replaced is not told as new', { timeout: 20_000 }, async () => {
  const id = 'urn:ngsi-ld:Lamp:5';
  const [made] = await changes('?lang=en', 1, () => create(id), id);
  assert.equal(made?.text, 'added');
  const put = { method: 'PUT', headers, body: JSON.stringify({ type: 'Lamp', ...lamp('on') }) };
  const [replaced] = await changes('?lang=en', 1, () => city.fetch(`/entities/${id}`, put), id);
  assert.match(replaced?.text ?? '', /on/);
});
