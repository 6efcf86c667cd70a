import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { apiSchemas } from '../../ngsild/index.ts';
import { answerWords } from './answers.ts';
import { operations } from './operations.ts';
import { headerParameters, pathParameters, urlParameters } from './parameters.ts';

test('every operation has what the OpenAPI document says of it: words for its parameters, schemas for its bodies', () => {
  for (const { name, path, parameters, options, body, answers } of operations) {
    for (const parameter of parameters) {
      if (parameter === 'options') assert.ok(options, `${name} takes options and names none`);
      else assert.ok(urlParameters[parameter], `${name}: what does ${parameter} mean? (parameters.ts)`);
    }
    for (const [, part = ''] of path.matchAll(/\{(\w+)\}/g)) {
      assert.ok(pathParameters[part], `${name}: what is ${part} in the path? (parameters.ts)`);
    }
    if (body) assert.ok(apiSchemas[body.schema], `${name}: the body ${body.schema} has no schema (ngsild/schemas)`);
    for (const answer of Object.values(answers)) {
      if (answer === null) continue;
      const { schema, geo } = answerWords(answer);
      for (const one of [schema, geo]) {
        assert.ok(one === undefined || apiSchemas[one], `${name}: the answer ${answer} has no schema (answers.ts)`);
      }
    }
  }
});

test('the examples of parameters fit their schemas, and every part of a path has one', () => {
  // As texts of a URL: numbers and truth values are written there.
  const ajv = new Ajv2020({ strict: false, coerceTypes: true });
  const all = Object.entries({ ...urlParameters, ...pathParameters, ...headerParameters });
  for (const [name, { schema, examples = [] }] of all) {
    assert.ok(examples.length > 0 || !(name in pathParameters), `${name} has no example`);
    // A generator that knows `format` alone meets values that are refused, and finds none for two of them.
    assert.ok(!('format' in schema) || 'pattern' in schema, name);
    for (const example of examples) assert.ok(ajv.validate(schema, example), `${name}: ${example}`);
  }
});
