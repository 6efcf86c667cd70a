import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { below, covers, isFilter, isTopic, topicFacts } from './topics.ts';

/** MQTT 3.1.1, 4.7, as it is written: whether a topic is matched by a filter. */
function matches(filter: string, topic: string): boolean {
  if (topic.startsWith('$') && /^[+#]/.test(filter)) return false;
  const pattern = filter
    .split('/')
    .map((level, at) =>
      level === '#'
        ? at === 0
          ? '.*'
          : '(/.*)?'
        : (at === 0 ? '' : '/') + (level === '+' ? '[^/]*' : `\\u{${level.codePointAt(0)?.toString(16)}}`),
    )
    .join('');
  return new RegExp(`^${pattern}$`, 'u').test(topic);
}

const level = fc.constantFrom('a', 'b', '$');
const topic = fc.array(level, { minLength: 1, maxLength: 4 }).map((levels) => levels.join('/'));
const filter = fc
  .tuple(fc.array(fc.oneof(level, fc.constant('+')), { minLength: 0, maxLength: 3 }), fc.boolean())
  .filter(([levels, open]) => open || levels.length > 0)
  .map(([levels, open]) => [...levels, ...(open ? ['#'] : [])].join('/'));

suite('topics', () => {
  test('a filter is covered only if every topic that it can match is', () => {
    fc.assert(
      fc.property(filter, filter, topic, (outer, inner, one) => {
        if (covers(outer, inner) && matches(inner, one)) assert.ok(matches(outer, one), `${outer} ${inner} ${one}`);
      }),
      { numRuns: 5_000 },
    );
  });

  test('a filter that is not covered has a topic that the other does not match', () => {
    const topics = ['a', 'b', '$', 'c'].flatMap((first) => [
      first,
      ...['a', 'b', '$', 'c'].flatMap((second) => [
        `${first}/${second}`,
        ...['a', 'b', '$', 'c'].flatMap((third) => [
          `${first}/${second}/${third}`,
          `${first}/${second}/${third}/c`,
          `${first}/${second}/${third}/c/c`,
        ]),
      ]),
    ]);
    fc.assert(
      fc.property(filter, filter, (outer, inner) => {
        // `+/#` matches all that `#` does, and is told nothing of it: a refusal too many.
        if (inner === '#' && outer === '+/#') return;
        if (!covers(outer, inner))
          assert.ok(
            topics.some((one) => matches(inner, one) && !matches(outer, one)),
            `${outer} ${inner}`,
          );
      }),
      { numRuns: 2_000 },
    );
  });

  test('a topic is covered by exactly the filters that match it', () => {
    fc.assert(fc.property(filter, topic, (outer, one) => assert.equal(covers(outer, one), matches(outer, one))));
  });

  test('below a prefix are the prefix itself and what follows a slash', () => {
    assert.ok(below('water/navrud', 'water/navrud'));
    assert.ok(below('water/navrud', 'water/navrud/wm-02/flow'));
    assert.ok(below('water/navrud', 'water/navrud/#'));
    assert.ok(below('water/navrud', 'water/navrud/+/commands'));
    for (const outside of [
      'water/navrud2',
      'water',
      'water/#',
      'water/+',
      '+/navrud/x',
      '#',
      '+/#',
      '/water/navrud',
      '$SYS/#',
    ])
      assert.ok(!below('water/navrud', outside), outside);
  });

  test('below a prefix is what its filter covers', () => {
    fc.assert(
      fc.property(topic, filter, (prefix, one) => assert.equal(below(prefix, one), covers(`${prefix}/#`, one))),
      { numRuns: 2_000 },
    );
  });

  test('wildcards have a level of their own, and no topic has any', () => {
    for (const good of ['a', '#', '+', 'a/#', '+/a/+', '/', 'a//b', '$SYS/#']) assert.ok(isFilter(good), good);
    for (const bad of ['', 'a#', 'a/#/b', 'a+', '+a/b', '#/', 'a\0']) assert.ok(!isFilter(bad), bad);
    for (const bad of ['', 'a/+', '#', 'a#']) assert.ok(!isTopic(bad), bad);
  });

  test('a prefix with a wildcard gives nothing', () => {
    for (const prefix of ['#', '+', '', 'a/+', 'a/#'])
      assert.deepEqual(topicFacts([prefix], 'a/b'), { own: false, command: false, reserved: false });
  });
});
