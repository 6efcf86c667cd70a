import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Problem } from '../base/problem.ts';
import { queryCheck } from './apiQuery.ts';
import type { ApiRoute } from './module.ts';

const route = (method: 'GET' | 'POST', path: string, ...names: string[]): ApiRoute => ({
  name: path,
  method,
  path,
  summary: '',
  parameters: [
    { name: 'id', in: 'path', description: '' },
    ...names.map((name) => ({ name, in: 'query' as const, description: '' })),
  ],
  answers: {},
});
const check = queryCheck([
  route('GET', '/api/stops', 'near', 'limit'),
  route('GET', '/api/stops/{id}'),
  route('GET', '/api/stops/{id}/departures', 'from'),
  route('POST', '/api/ingest/{id}', 'topic'),
  route('GET', '/api/tiles/{layer}/{z}/{x}/{y}.mvt', 'q'),
]);
const refused = (method: string, url: string): string => {
  try {
    check(method, url);
  } catch (problem) {
    assert.ok(problem instanceof Problem);
    return `${problem.kind} ${problem.field}: ${problem.message}`;
  }
  return 'taken';
};

test('a parameter that the route does not describe is refused, and those that it does are named', () => {
  assert.equal(
    refused('GET', '/api/stops/a/departures?at=now'),
    'invalid-request at: the parameter "at" is not known here; known: from',
  );
  assert.equal(refused('GET', '/api/stops/a/departures?from=now'), 'taken');
  assert.match(refused('HEAD', '/api/stops?near=1&near=2'), /^invalid-request near: .*twice/);
  assert.match(refused('GET', '/api/stops/a?id=b'), /it takes none$/);
  assert.match(refused('POST', '/api/ingest/a?Topic=b'), /known: topic$/);
  assert.match(refused('GET', '/api/tiles/city/1/2/3.mvt?id=b'), /known: q$/);
  assert.match(refused('GET', '/api/stops?%6eear=1&n%65ar=2'), /twice/);
});

test('an id with a slash is the same route; what is no route is for the router to refuse', () => {
  assert.equal(refused('GET', '/api/stops/a/b/departures?from=now'), 'taken');
  assert.match(refused('GET', '/api/stops/a/b?from=now'), /it takes none$/);
  for (const url of ['/api/nothing?a=b', '/stops?a=b', '/api/stops', '/api/stops?'])
    assert.equal(refused('GET', url), 'taken');
  assert.equal(refused('DELETE', '/api/stops?a=b'), 'taken');
});

test('no query gives anything but a Problem', () => {
  fc.assert(fc.property(fc.string(), (query) => void refused('GET', `/api/stops?${query}`)));
});
