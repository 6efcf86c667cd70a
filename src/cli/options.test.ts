import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  choice,
  directory,
  file,
  flag,
  host,
  integer,
  port,
  portOrOff,
  required,
  several,
  speed,
  withDefault,
} from './kinds.ts';
import { optionName, readOptions, variableName } from './options.ts';
import { WrongUsage } from './usage.ts';

const options = {
  data: required(directory('Where.')),
  port: withDefault(port('Which.'), 8080),
  mqttPort: withDefault(portOrOff('Which.'), 1883),
  auth: withDefault(choice(['on', 'off'])('Whether.'), 'off'),
  mapping: several(file)('Which.'),
  demo: flag('Whether.'),
  speed: speed('How fast.'),
};
const words = { min: 0, max: 1, called: 'FILE' };
const read = (line: string, environment: Record<string, string> = {}) =>
  readOptions(options, line.split(' ').filter(Boolean), environment, words);
const refusal = (line: string, environment: Record<string, string> = {}): string => {
  try {
    read(line, environment);
  } catch (error) {
    assert.ok(error instanceof WrongUsage, String(error));
    return error.message;
  }
  return assert.fail(`"${line}" was taken`);
};

test('what is not given has its default', () => {
  assert.deepEqual(read('--data d'), {
    values: { data: 'd', port: 8080, mqttPort: 1883, auth: 'off', mapping: [], demo: false, speed: undefined },
    words: [],
  });
});

test('both spellings of a value, several of one option, words between options', () => {
  const { values, words: found } = read('--data=d --mapping a air.csv --mapping b --mqtt-port off --speed 2.5 --demo');
  assert.deepEqual(values.mapping, ['a', 'b']);
  assert.equal(values.mqttPort, 'off');
  assert.equal(values.speed, 2.5);
  assert.equal(values.demo, true);
  assert.deepEqual(found, ['air.csv']);
});

test('the command line goes before the variable, the variable before the default', () => {
  const environment = {
    CHORSU_PORT: '1',
    CHORSU_DATA: 'e',
    CHORSU_MAPPING: 'a:b',
    CHORSU_DEMO: 'yes',
    CHORSU_AUTH: '',
  };
  const { values } = read('--port 2', environment);
  assert.deepEqual(
    [values.port, values.data, values.mapping, values.demo, values.auth],
    [2, 'e', ['a', 'b'], true, 'off'],
  );
});

test('every refusal names the option and what it wants', () => {
  assert.equal(refusal(''), '--data DIR is missing');
  assert.equal(refusal('--data d --prot 1'), 'there is no option --prot');
  assert.equal(refusal('--data d --por 1'), 'there is no option --por (did you mean --port?)');
  assert.equal(refusal('--data d --mqttport 1'), 'there is no option --mqttport (did you mean --mqtt-port?)');
  assert.equal(refusal('--data d --port'), '--port wants PORT, and nothing follows it');
  assert.equal(refusal('--data --port 1'), '--data wants DIR, and nothing follows it');
  assert.equal(refusal('--data d --port 70000'), '--port wants a whole number from 0 to 65535, not "70000"');
  assert.equal(refusal('--data d --port 8e3'), '--port wants a whole number from 0 to 65535, not "8e3"');
  assert.equal(refusal('--data d --port 1 --port 2'), '--port stands twice');
  assert.equal(refusal('--data d --demo=1'), '--demo takes no value');
  assert.equal(refusal('--data d --auth maybe'), '--auth wants one of on, off, not "maybe"');
  assert.equal(refusal('--data d --speed 0'), '--speed wants a number above 0, or max, not "0"');
  assert.equal(refusal('--data d a b'), '"b" is one word too many');
  assert.equal(refusal('--data d', { CHORSU_PORT: 'x' }), 'CHORSU_PORT wants a whole number from 0 to 65535, not "x"');
  assert.equal(refusal('--data d -p 1'), 'there is no option -p (did you mean --port?)');
  assert.throws(() => readOptions({ h: required(host('Where.')) }, ['--h', 'example.org'], {}, words), /IP address/);
  assert.throws(() => readOptions({}, [], {}, { min: 1, max: 1, called: 'FILE' }), /FILE is missing/);
});

test('no command line makes the parser throw anything but a refusal', () => {
  const piece = fc.oneof(
    fc.constantFrom('--data', '--port', '-', '--', '--demo', '--port=', '=', '-x', 'd'),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 6 }), (given) => {
      try {
        readOptions(options, given, {}, words);
      } catch (error) {
        assert.ok(error instanceof WrongUsage, String(error));
        assert.ok(error.message.length > 5);
      }
    }),
  );
});

test('a whole number that is taken is the one that was written', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9999 }), (number) => {
      const { values } = readOptions({ n: integer(1, 9999)('How many.') }, ['--n', String(number)], {}, words);
      assert.equal(values.n, number);
    }),
  );
});

test('names of options and variables follow from the key', () => {
  assert.equal(optionName('mqttPort'), 'mqtt-port');
  assert.equal(variableName('mqttPort'), 'CHORSU_MQTT_PORT');
});
