import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { after, before, test } from 'node:test';
import { openTestCity, type TestCity } from '../../test/fixtures/testCity.ts';
import { operations } from '../broker/index.ts';
import { apiSchemas } from '../ngsild/index.ts';
import { fullLanguages, missingMessages } from '../ui/index.ts';
import { clientLanguages, readTour, tourPath, type ClientLanguage } from './examples.ts';
import { ngsiRoot } from './openapi.ts';
import { developerWords } from './pages/messages/index.ts';

type Operation = {
  operationId: string;
  summary: string;
  parameters: { name: string; in: string; required: boolean; description: string }[];
  responses: Record<string, unknown>;
};
type Document = { openapi: string; paths: Record<string, Record<string, Operation>>; components: { schemas: object } };

let city: TestCity;
let document: Document;
let text: string;
before(async () => {
  city = await openTestCity();
  const answer = await fetch(`${city.url}/api/openapi.json`);
  assert.equal(answer.headers.get('content-type'), 'application/json');
  text = await answer.text();
  document = JSON.parse(text) as Document;
});
after(() => city.close());

test('the document holds every operation of the router, with its parameters, parts of the path and answers', () => {
  assert.equal(document.openapi, '3.1.1');
  for (const { name, method, path, parameters, answers } of operations) {
    const found = document.paths[ngsiRoot + path]?.[method.toLowerCase()];
    assert.ok(found, `${method} ${path}`);
    assert.equal(found.operationId, name);
    const asked = found.parameters.filter((one) => one.in === 'query').map((one) => one.name);
    assert.deepEqual(asked, parameters);
    for (const [, part] of path.matchAll(/\{(\w+)\}/g)) {
      assert.ok(found.parameters.some((one) => one.in === 'path' && one.name === part && one.required));
    }
    for (const status of Object.keys(answers)) assert.ok(found.responses[status], `${name} ${status}`);
  }
});

test('every route below /api is described', () => {
  const routes = [...city.access.keys()]
    .filter((route) => route.includes(' /api/'))
    .map((route) => {
      const [method = '', path = ''] = route.split(' ');
      return `${method.toLowerCase()} ${path.replaceAll(/:(\w+)(\{[^}]*\})?/g, '{$1}')}`;
    });
  assert.ok(routes.length >= 24, `${routes.length} routes`);
  for (const route of routes) {
    const [method = '', path = ''] = route.split(' ');
    // A star is described by what lies below it.
    const start = path.endsWith('*') ? path.slice(0, -1) : undefined;
    const isDescribed = Object.entries(document.paths).some(
      ([known, methods]) => methods[method] && (known === path || (start !== undefined && known.startsWith(start))),
    );
    assert.ok(isDescribed, `${route} is not described`);
  }
});

test('every route below /api refuses a parameter that it does not describe, and takes each that it does', async () => {
  const asked = Object.entries(document.paths).flatMap(([path, methods]) =>
    path.startsWith('/api/')
      ? Object.entries(methods).map(([method, { parameters }]) => ({ path, method, parameters }))
      : [],
  );
  assert.ok(asked.length >= 26, `${asked.length} routes`);
  const ask = async (method: string, path: string, query: string) => {
    const stop = new AbortController();
    const url = `${city.url}${path.replaceAll(/\{\w+\}/g, '1')}?${query}`;
    const answer = await fetch(url, { method: method.toUpperCase(), signal: stop.signal });
    const json = answer.headers.get('content-type')?.includes('json') === true;
    const { detail = '', field } = json ? ((await answer.json()) as { detail?: string; field?: string }) : {};
    stop.abort();
    return { status: answer.status, field, unknown: detail.includes('is not known here') };
  };
  for (const { path, method, parameters } of asked) {
    assert.deepEqual(await ask(method, path, 'unheard=1'), { status: 400, field: 'unheard', unknown: true }, path);
    const names = parameters.filter((one) => one.in === 'query').map(({ name }) => name);
    for (const name of names) assert.equal((await ask(method, path, `${name}=1`)).unknown, false, `${path} ${name}`);
  }
});

test('names are unique, every reference leads somewhere', () => {
  const all = Object.values(document.paths).flatMap((methods) => Object.values(methods));
  assert.equal(new Set(all.map(({ operationId }) => operationId)).size, all.length);
  const referred = new Set([...text.matchAll(/#\/components\/schemas\/(\w+)/g)].map(([, name = '']) => name));
  for (const name of referred) assert.ok(apiSchemas[name], name);
  for (const { summary, parameters } of all) {
    assert.match(summary, /^[A-Z].*[^.]$/);
    for (const { description, name } of parameters) assert.ok(description.length > 3, name);
  }
});

test('the pages speak five languages, and hold every operation', async () => {
  assert.deepEqual(missingMessages(developerWords), []);
  const groups = [
    ...(await (await fetch(`${city.url}/en/developers`)).text()).matchAll(/href="\/en\/developers\/(\w+)"/g),
  ];
  const names = [...new Set(groups.map(([, name = '']) => name))].filter((name) => name !== 'models');
  assert.ok(names.length >= 5, names.join());
  let shown = '';
  for (const language of fullLanguages) {
    for (const path of ['', '/models', ...names.map((name) => `/${name}`)]) {
      const answer = await fetch(`${city.url}/${language}/developers${path}`);
      const html = await answer.text();
      assert.equal(answer.status, 200, path);
      assert.doesNotMatch(html.replaceAll(/<pre.*?<\/pre>/gs, ''), /undefined|\[object|<script[^>]*src="http/);
      if (language === 'en') shown += html;
    }
  }
  for (const methods of Object.values(document.paths)) {
    for (const { operationId } of Object.values(methods)) assert.ok(shown.includes(`id="${operationId}"`), operationId);
  }
  assert.equal((await fetch(`${city.url}/en/developers/nothing`)).status, 404);
  assert.equal((await fetch(`${city.url}/api/examples/nothing.py`)).status, 404);
});

test('the tours name the same operations of the router in the same order', () => {
  const known = new Set(operations.map(({ name }) => name));
  const orders = clientLanguages.map((language) => [...readTour(language).parts.keys()]);
  for (const order of orders) {
    assert.deepEqual(order, orders[0]);
    assert.equal(order[0], 'begin');
    for (const name of order.slice(1)) assert.ok(known.has(name), name);
  }
});

const programs: Readonly<Record<ClientLanguage, readonly string[]>> = {
  curl: ['bash'],
  Python: ['python3'],
  TypeScript: [process.execPath],
};
const missing = (program: string): boolean => spawnSync(program, ['--version']).status !== 0;

for (const language of clientLanguages) {
  test(`the tour in ${language} runs against a city, as a client downloads it`, async (t) => {
    for (const program of language === 'curl' ? ['bash', 'curl'] : programs[language]) {
      if (missing(program)) return t.skip(`skipped: there is no ${program} here`);
    }
    const [program = ''] = programs[language];
    const child = spawn(program, [fileURLToPath(tourPath(language))], {
      env: { ...process.env, CHORSU_URL: city.url },
    });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => (out += String(chunk)));
    child.stderr.on('data', (chunk: Buffer) => (err += String(chunk)));
    const code = await new Promise((resolve) => child.once('close', resolve));
    assert.equal(code, 0, err);
    assert.match(out, /3\.2/);
    assert.match(out, /example\.org\/Pump/);
    const left = await (await city.fetch('/entities?type=Pump')).json();
    assert.deepEqual(left, []);
  });
}
