import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Problem } from '../../base/problem.ts';
import { operations } from './operations.ts';
import { checkParameters, router } from './router.ts';

const find = router(operations);
const problem = (kind: string, field?: string) => (error: unknown) =>
  error instanceof Problem && error.kind === kind && (field === undefined || error.field === field);

suite('the table of operations', () => {
  test('finds every operation by its own path, with the parts of the path by name', () => {
    for (const operation of operations) {
      const segments = operation.path.slice(1).replaceAll(/[{}]/g, '').split('/');
      const found = find(operation.method, segments);
      assert.equal(found.operation.name, operation.name);
      const names = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      assert.deepEqual(Object.keys(found.parameters), names);
    }
  });

  test('has one name for each operation', () => {
    assert.equal(new Set(operations.map(({ name }) => name)).size, operations.length);
  });

  test('a known path tells which methods it has, an unknown one is not there', () => {
    assert.throws(() => find('PROPFIND', ['entities']), problem('method-not-allowed'));
    assert.throws(() => find('GET', ['entityOperations', 'create']), problem('method-not-allowed', 'POST'));
    for (const segments of [['nothing'], [], ['entities', 'urn:a:b', 'other']]) {
      assert.throws(() => find('GET', segments), problem('not-found'), segments.join('/'));
    }
  });

  test('a slash at the end says nothing, but an id that is missing is told', () => {
    assert.equal(find('GET', ['entities', '']).operation.name, 'queryEntity');
    assert.equal(find('GET', ['entities', 'urn:a:b', '']).operation.name, 'retrieveEntity');
    assert.throws(() => find('PATCH', ['entities', '']), problem('bad-data', 'entityId'));
    assert.throws(() => find('PATCH', ['subscriptions', '']), problem('method-not-allowed', 'POST, GET'));
    assert.throws(() => find('DELETE', ['entities', '', 'attrs', 'a']), problem('bad-data', 'entityId'));
    assert.throws(() => find('DELETE', ['entities', 'urn:a:b', 'attrs', '']), problem('method-not-allowed'));
  });

  test('an id that is the word of a resource is still an id', () => {
    assert.deepEqual(find('GET', ['entities', 'attrs']).parameters, { entityId: 'attrs' });
  });

  test('local is true or false, also where all there is is local (5.5.13)', () => {
    for (const operation of operations.filter(({ parameters }) => parameters.includes('local'))) {
      for (const value of ['true', 'false']) checkParameters(operation, new URLSearchParams({ local: value }));
      for (const value of ['null', '1', '', 'TRUE'])
        assert.throws(
          () => checkParameters(operation, new URLSearchParams({ local: value })),
          problem('bad-data', 'local'),
        );
    }
  });

  test('parameters and options that an operation does not take are refused by name', () => {
    const { operation } = find('POST', ['entities', 'urn:a:b', 'attrs']);
    checkParameters(operation, new URLSearchParams('options=noOverwrite'));
    assert.throws(
      () => checkParameters(operation, new URLSearchParams('limit=2')),
      problem('invalid-request', 'limit'),
    );
    assert.throws(
      () => checkParameters(operation, new URLSearchParams('options=noOverwrite,sysAttrs')),
      problem('invalid-request', 'options'),
    );
    assert.throws(
      () => checkParameters(operation, new URLSearchParams('type=A&type=B')),
      problem('invalid-request', 'type'),
    );
  });
});
