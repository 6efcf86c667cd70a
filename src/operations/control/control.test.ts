import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Problem } from '../../base/problem.ts';
import { missingMessages } from '../../ui/index.ts';
import { agrees, isAnswer, payloadOf, stepped } from './lifecycle.ts';
import { controlWords } from './pages/messages/index.ts';
import { parsePoint, parsePoints, parseRequest, parseValue } from './parse.ts';
import { commandStates, commandSteps, endStates, transitions, type Command, type ControlPoint } from './schema.ts';

const given = {
  id: 'valve-1',
  kind: 'valve',
  entity: 'urn:ngsi-ld:Valve:1',
  attribute: 'position',
  channel: { kind: 'mqtt', topic: 'water/valve-1/commands' },
  range: { min: 0, max: 100, step: 5 },
};
const command: Command = {
  id: '0123456789',
  point: 'valve-1',
  pointVersion: 1,
  value: 0,
  state: 'waiting',
  by: 'KARIMOVA',
  requestedAt: 0,
  expiresAt: 300_000,
  answers: 0,
  stepCount: 1,
  district: '',
  simulated: false,
};

test('a control point is read from JSON with what is usual where nothing is said', () => {
  const point = parsePoint(given);
  assert.deepEqual(point, {
    ...given,
    channel: { ...given.channel, payload: { id: '{id}', value: '{value}' } },
    readBack: { tolerance: 0, within: 'PT30S' },
    expires: 'PT5M',
    dangerous: false,
  });
  assert.deepEqual(parsePoint(structuredClone(point)), point, 'what is written is read again');
});

test('each fault of a control point is named with its field', () => {
  const wrong: [string, Record<string, unknown>][] = [
    ['id', { id: 'Valve 1' }],
    ['id', { id: 'import' }],
    ['kind', { kind: 'pump' }],
    ['entity', { entity: 'valve 1' }],
    ['attribute', { attribute: 'a-b' }],
    ['colour', { colour: 'red' }],
    ['range', { range: undefined }],
    ['range', { options: [{ value: 'on' }] }],
    ['range.max', { range: { min: 1, max: 1 } }],
    ['range.step', { range: { min: 0, max: 1, step: 0 } }],
    ['options[1].value', { range: undefined, options: [{ value: 1 }, { value: '1' }] }],
    ['channel.kind', { channel: { kind: 'modbus' } }],
    ['channel.topic', { channel: { kind: 'mqtt', topic: 'water/valve-1/set' } }],
    ['channel.topic', { channel: { kind: 'mqtt', topic: 'commands' } }],
    ['channel.topic', { channel: { kind: 'mqtt', topic: 'water/+/commands' } }],
    ['channel.payload', { channel: { kind: 'mqtt', topic: 'w/commands', payload: { position: 0 } } }],
    ['channel.payload', { channel: { kind: 'mqtt', topic: 'w/commands', payload: '{value} {who}' } }],
    ['channel.url', { channel: { kind: 'http', url: 'ftp://valve' } }],
    ['channel.method', { channel: { kind: 'http', url: 'http://valve', method: 'GET' } }],
    ['readBack.within', { readBack: { within: 'P1M' } }],
    ['readBack.tolerance', { readBack: { tolerance: -1 } }],
    ['expires', { expires: 'PT0S' }],
    ['unitCode', { unitCode: 'per cent' }],
    ['note.xx', { note: { xx: 'a' } }],
    ['dangerous', { dangerous: 'yes' }],
  ];
  for (const [field, change] of wrong)
    assert.throws(() => parsePoint({ ...given, ...change }), { kind: 'bad-data', field }, JSON.stringify(change));
  assert.throws(() => parsePoints({ points: [given, given] }), { field: 'points[1].id' });
  assert.throws(() => parsePoints({ points: [given, { ...given, id: 'other' }] }), { field: 'points[1].attribute' });
  assert.throws(() => parsePoints({ points: [given, { ...given, id: 'b', entity: 'x' }] }), {
    field: 'points[1].entity',
  });
});

test('whatever is given for a control point is a point or a Problem with a field, and a point is read again as it is', () => {
  const json = fc.jsonValue();
  const near = fc.record(
    {
      id: fc.oneof(fc.constant('valve-1'), json),
      kind: fc.oneof(fc.constant('light'), json),
      entity: fc.oneof(fc.constant('urn:x:1'), json),
      attribute: fc.oneof(fc.constant('level'), json),
      channel: fc.oneof(fc.constant({ kind: 'http', url: 'http://lamp/level' }), fc.constant(given.channel), json),
      range: fc.oneof(fc.record({ min: fc.double(), max: fc.double(), step: fc.double() }), json),
      options: fc.array(fc.record({ value: json, sends: json })),
      readBack: fc.oneof(fc.record({ tolerance: fc.double(), within: fc.constantFrom('PT5S', 'PT1H', 'x') }), json),
      expires: fc.constantFrom('PT1M', 'P2D', ''),
    },
    { requiredKeys: [] },
  );
  let read = 0;
  fc.assert(
    fc.property(fc.oneof(json, near), (value) => {
      try {
        const point = parsePoint(value);
        assert.deepEqual(parsePoint(structuredClone(point)), point);
        read++;
      } catch (error) {
        assert.ok(error instanceof Problem && error.kind === 'bad-data' && error.field !== undefined, String(error));
      }
    }),
    { numRuns: 2_000, examples: [[given as never]] },
  );
  assert.ok(read > 0);
});

test('a value is one of the range or of the options, whether a form or a program sends it', () => {
  const { range } = parsePoint(given) as { range: NonNullable<ControlPoint['range']> };
  assert.equal(parseValue({ range }, '25'), 25);
  assert.equal(parseValue({ range: { min: -1, max: 1 } }, '−0,5'), -0.5);
  for (const value of [-5, 105, 3, '', 'x', null, Number.NaN, true, [5]])
    assert.throws(() => parseValue({ range }, value), { kind: 'bad-data', field: 'value' }, String(value));
  const options = [{ value: 'on', sends: 1 }, { value: true }];
  assert.equal(parseValue({ options }, 'on'), 'on');
  assert.equal(parseValue({ options }, 'true'), true);
  assert.throws(() => parseValue({ options }, 'off'), { field: 'value' });
  const dangerous = { range, dangerous: true };
  assert.throws(() => parseRequest(dangerous, { value: 0 }), { field: 'sure' });
  assert.deepEqual(parseRequest(dangerous, { value: '0', sure: 'yes', note: ' leak ', expires: 'PT10S' }), {
    value: 0,
    note: 'leak',
    expiresInMs: 10_000,
  });
  assert.throws(() => parseRequest({ range, dangerous: false }, { value: 0, expires: 'P9D' }), { field: 'expires' });
});

test('what a device is told is the template with the value of its kind, as JSON or as a text', () => {
  const point = (payload: unknown, more: object = {}) =>
    parsePoint({ ...given, channel: { ...given.channel, payload }, ...more });
  const text = (one: ControlPoint, value: Command['value'] = 25): string =>
    Buffer.from(payloadOf(one, { ...command, value }, 0)).toString();
  assert.equal(
    text(point({ to: ['{value}'], id: 'c-{id}', at: '{at}', until: '{expiresAt}' })),
    '{"to":[25],"id":"c-0123456789","at":"1970-01-01T00:00:00.000Z","until":"1970-01-01T00:05:00.000Z"}',
  );
  // Ultralight 2.0 of FIWARE.
  assert.equal(text(point('valve-1@set|{value}')), 'valve-1@set|25');
  const options = { range: undefined, options: [{ value: 'on', sends: 1 }] };
  assert.equal(text(point({ relay: '{value}' }, options), 'on'), '{"relay":1}');
});

test('no step leads from an end back to the device, and only what is written down as going out can be sent', () => {
  for (const state of endStates)
    for (const step of commandSteps) assert.ok((transitions[state][step] ?? state) === state, `${state} ${step}`);
  const leads = commandStates.filter((state) => Object.values(transitions[state]).includes('sent'));
  assert.deepEqual(leads, ['sending']);
  const into = commandStates.filter((state) => Object.values(transitions[state]).includes('sending'));
  assert.deepEqual(into, ['waiting']);
  let done = 0;
  for (const state of commandStates)
    for (const step of commandSteps) {
      const wanted = transitions[state][step];
      if (wanted === undefined)
        assert.throws(() => stepped({ ...command, state }, step, 1), { kind: 'conflict' }, `${state} ${step}`);
      else {
        assert.equal(stepped({ ...command, state }, step, 1).state, wanted);
        done++;
      }
    }
  assert.equal(done, 18);
});

test('a reading answers when it was observed after the command went out, by the clock of a device that tells seconds', () => {
  assert.equal(isAnswer({ sendingAt: 12_700 }, 12_000), true);
  assert.equal(isAnswer({ sendingAt: 12_700 }, 11_999), false);
  assert.equal(isAnswer({}, 12_000), false);
  const readBack = { tolerance: 2, within: 'PT5S' };
  assert.equal(agrees({ readBack }, 50, 52), true);
  assert.equal(agrees({ readBack }, 50, 52.1), false);
  assert.equal(agrees({ readBack }, 'on', 'on'), true);
  assert.equal(agrees({ readBack }, true, 'true'), true);
});

test('every text of control stands in every language', () => {
  assert.deepEqual(missingMessages(controlWords), []);
});
