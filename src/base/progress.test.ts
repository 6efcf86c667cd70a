import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixedClock } from './clock.ts';
import { progress } from './progress.ts';

function scene(terminal: boolean, total?: number) {
  const clock = fixedClock(0);
  let text = '';
  const bar = progress({
    title: 'Importing',
    unit: 'rows',
    ...(total !== undefined && { total }),
    terminal,
    now: () => clock.now(),
    write: (more) => {
      text += more;
    },
  });
  return { clock, bar, text: () => text };
}

test('without a terminal a line appears every five seconds and one at the end', () => {
  const { clock, bar, text } = scene(false, 40_000);
  for (let second = 0; second <= 10; second++) {
    clock.set(second * 1000);
    bar.at(second * 4000);
  }
  bar.end('3 rejected');
  assert.deepEqual(text().trimEnd().split('\n'), [
    'Importing: 0 of 40,000 rows (0 %), 0/s',
    'Importing: 20,000 of 40,000 rows (50 %), 4,000/s',
    'Importing: 40,000 of 40,000 rows (100 %), 4,000/s',
    'Importing: 40,000 of 40,000 rows (100 %), 4,000/s, 3 rejected',
  ]);
});

test('on a terminal the bar redraws its line and covers what stood there', () => {
  const { clock, bar, text } = scene(true, 100);
  clock.set(1000);
  bar.at(50, undefined, 'a long note');
  clock.set(1200);
  bar.at(100);
  bar.end();
  const lines = text().split('\r').slice(1);
  assert.match(lines[0] ?? '', /^Importing \[#{12}\.{12}\] 50 of 100 rows \(50 %\), 50\/s, a long note$/);
  assert.equal(lines[1]?.length, lines[0]?.length);
  assert.ok(text().endsWith('\n'));
});

test('an unknown total shows no bar and no share', () => {
  const { clock, bar, text } = scene(true);
  clock.set(2000);
  bar.at(10);
  assert.equal(text(), '\rImporting 10 rows, 5/s');
});
