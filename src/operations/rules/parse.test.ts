import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Problem } from '../../base/problem.ts';
import { parseRule } from './parse.ts';

const rule = {
  id: 'air-pm25',
  title: { tg: 'PM2.5 {value}', en: 'PM2.5 {value}' },
  advice: { en: 'Tell the schools.' },
  priority: 2,
  selects: { type: 'AirQualityObserved', q: 'temperature>0', scope: '/Namuna/#', districts: ['navrud'] },
  when: { kind: 'threshold', attribute: 'pm25', above: 45, clear: 35, for: 'PT1H' },
};

test('a rule reads as it is written; what the platform counts is not read', () => {
  assert.deepEqual(parseRule(rule), rule);
  assert.deepEqual(parseRule({ ...rule, version: 7, enabled: true }), rule);
  const silence = { kind: 'silence', attribute: 'currentLevel', for: 'PT6H' };
  assert.deepEqual(parseRule({ ...rule, when: silence }).when, silence);
  const usual = { kind: 'usual', attribute: 'flow', side: 'above', mads: 5, least: 10, clear: 3, for: 'PT1H' };
  assert.deepEqual(parseRule({ ...rule, when: usual }).when, usual);
  const whole = { kind: 'usual', attribute: 'flow', mads: 5, least: 0.1, weeks: 6, atLeast: 3, holidays: 'skip' };
  assert.deepEqual(parseRule({ ...rule, when: whole }).when, whole);
  const balance = {
    kind: 'balance',
    inflow: [{ attribute: 'flow' }],
    outflow: [{ attribute: 'a', entity: 'urn:a:b' }],
  };
  for (const rest of [
    { window: 'PT15M', least: 3 },
    { between: ['23:00', '01:00'], share: 0.2, clear: 0.5, wait: 'PT1H' },
  ])
    assert.deepEqual(parseRule({ ...rule, when: { ...balance, ...rest } }).when, { ...balance, ...rest });
  const change = { kind: 'change', attribute: 'currentLevel', rises: 0.3, clear: 0.1, within: 'PT1H' };
  assert.deepEqual(parseRule({ ...rule, when: change }).when, change);
});

test('what is wrong is refused by its field', () => {
  const when = rule.when;
  const usual = { kind: 'usual', attribute: 'a', mads: 5, least: 1 };
  const flow = [{ attribute: 'flow' }];
  const balance = { kind: 'balance', inflow: flow, outflow: flow, window: 'PT1H', least: 1 };
  const cases: [unknown, string][] = [
    ['x', 'rule'],
    [{ ...rule, id: 'Air PM' }, 'id'],
    [{ ...rule, id: 'new' }, 'id'],
    [{ ...rule, title: {} }, 'title'],
    [{ ...rule, title: { xx: 'a' } }, 'title.xx'],
    [{ ...rule, advice: { en: '' } }, 'advice.en'],
    [{ ...rule, priority: 5 }, 'priority'],
    [{ ...rule, urgent: true }, 'urgent'],
    [{ ...rule, selects: { type: 'a b' } }, 'selects.type'],
    [{ ...rule, selects: { type: 'A', q: 'a>>1' } }, 'selects.q, character 3'],
    [{ ...rule, selects: { type: 'A', scope: '/a b' } }, 'selects.scope, character 1'],
    [{ ...rule, selects: { type: 'A', districts: [] } }, 'selects.districts'],
    [{ ...rule, selects: { type: 'A', ids: ['urn:a:b', 'c'] } }, 'selects.ids[1]'],
    [{ ...rule, selects: { type: 'A', area: 'x' } }, 'selects.area'],
    [{ ...rule, when: { ...when, kind: 'magic' } }, 'when.kind'],
    [{ ...rule, when: { ...when, below: 3 } }, 'when.above'],
    [{ ...rule, when: { kind: 'threshold', attribute: 'a' } }, 'when.above'],
    [{ ...rule, when: { ...when, above: '45' } }, 'when.above'],
    [{ ...rule, when: { ...when, clear: 46 } }, 'when.clear'],
    [{ ...rule, when: { ...when, for: 'P1M' } }, 'when.for'],
    [{ ...rule, when: { ...when, for: 'PT0S' } }, 'when.for'],
    [{ ...rule, when: { ...when, until: 'x' } }, 'when.until'],
    [{ ...rule, when: { kind: 'change', attribute: 'a', rises: -1, within: 'PT1H' } }, 'when.rises'],
    [{ ...rule, when: { kind: 'change', attribute: 'a', rises: 1 } }, 'when.within'],
    [{ ...rule, when: { kind: 'silence', attribute: 'a' } }, 'when.for'],
    [{ ...rule, when: { ...usual, mads: 0 } }, 'when.mads'],
    [{ ...rule, when: { ...usual, least: undefined } }, 'when.least'],
    [{ ...rule, when: { ...usual, clear: 6 } }, 'when.clear'],
    [{ ...rule, when: { ...usual, side: 'left' } }, 'when.side'],
    [{ ...rule, when: { ...usual, weeks: 27 } }, 'when.weeks'],
    [{ ...rule, when: { ...usual, weeks: 3, atLeast: 4 } }, 'when.atLeast'],
    [{ ...rule, when: { ...usual, holidays: 'mondays' } }, 'when.holidays'],
    [{ ...rule, when: { ...usual, above: 1 } }, 'when.above'],
    [{ ...rule, when: { ...balance, inflow: [] } }, 'when.inflow'],
    [{ ...rule, when: { ...balance, outflow: [{ attribute: 'a b' }] } }, 'when.outflow[0].attribute'],
    [{ ...rule, when: { ...balance, outflow: [{ attribute: 'a', entity: 'b' }] } }, 'when.outflow[0].entity'],
    [{ ...rule, when: { ...balance, window: 'PT7H' } }, 'when.window'],
    [{ ...rule, when: { ...balance, between: ['02:00', '04:00'] } }, 'when.window'],
    [{ ...rule, when: { ...balance, window: undefined, between: ['02:00', '25:00'] } }, 'when.between'],
    [{ ...rule, when: { ...balance, least: undefined } }, 'when.least'],
    [{ ...rule, when: { ...balance, share: 1 } }, 'when.share'],
    [{ ...rule, when: { ...balance, clear: 2 } }, 'when.clear'],
    [{ ...rule, when: { ...balance, wait: 'P2D' } }, 'when.wait'],
  ];
  for (const [value, field] of cases)
    assert.throws(
      () => parseRule(value),
      (error) => error instanceof Problem && error.field === field,
      `${field}: ${JSON.stringify(value)}`,
    );
});

test('nothing but Problems with a field comes of any JSON, whole or spoilt in one place', () => {
  const place = fc.constantFrom('id', 'title', 'advice', 'priority', 'selects', 'when', 'other');
  const spoilt = fc.oneof(
    fc.jsonValue(),
    fc.tuple(place, fc.jsonValue()).map(([name, value]) => ({ ...rule, [name]: value })),
    fc
      .tuple(fc.constantFrom('kind', 'attribute', 'above', 'clear', 'for', 'x'), fc.jsonValue())
      .map(([name, value]) => ({ ...rule, when: { ...rule.when, [name]: value } })),
  );
  fc.assert(
    fc.property(spoilt, (value) => {
      try {
        const parsed = parseRule(value);
        assert.deepEqual(parseRule(JSON.parse(JSON.stringify(parsed))), parsed);
      } catch (error) {
        assert.ok(error instanceof Problem && error.field !== undefined, String(error));
      }
    }),
  );
});
