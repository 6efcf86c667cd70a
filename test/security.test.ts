/** `docs/security.md` says what is so: nothing of the standard is left out, and what it names is there. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const text = readFileSync(join(root, 'docs/security.md'), 'utf8');

/** Requirements of levels 1 and 2 in OWASP ASVS 5.0.0, by section. */
const standard =
  '1.1:1-2 1.2:1-9 1.3:1-11 1.4:1-3 1.5:1-2 2.1:1-3 2.2:1-3 2.3:1-4 2.4:1 3.2:1-2 3.3:1-4 3.4:1-6 3.5:1-5 3.7:1-2 ' +
  '4.1:1-3 4.2:1 4.3:1-2 4.4:1-4 5.1:1 5.2:1-3 5.3:1-2 5.4:1-3 6.1:1-3 6.2:1-12 6.3:1-4 6.4:1-4 6.5:1-5 6.6:1-3 6.8:1-4 ' +
  '7.1:1-3 7.2:1-4 7.3:1-2 7.4:1-5 7.5:1-2 7.6:1-2 8.1:1-2 8.2:1-3 8.3:1 8.4:1 9.1:1-3 9.2:1-4 10.1:1-2 10.2:1-2 10.3:1-4 ' +
  '10.4:1-11 10.5:1-5 10.6:1-2 10.7:1-3 11.1:1-2 11.2:1-3 11.3:1-3 11.4:1-4 11.5:1 11.6:1 12.1:1-3 12.2:1-2 12.3:1-4 13.1:1 ' +
  '13.2:1-5 13.3:1-2 13.4:1-5 14.1:1-2 14.2:1-4 14.3:1-3 15.1:1-3 15.2:1-3 15.3:1-7 16.1:1 16.2:1-5 16.3:1-4 16.4:1-3 ' +
  '16.5:1-3 17.1:1 17.2:1-4 17.3:1-2';

function numbers(section: string, from: string, to = from): string[] {
  const [first, last] = [Number(from), Number(to)];
  return Array.from({ length: last - first + 1 }, (_, n) => `${section}.${first + n}`);
}
const wanted = standard.split(' ').flatMap((one) => {
  const [section = '', range = ''] = one.split(':');
  const [from = '', to] = range.split('-');
  return numbers(section, from, to);
});
const rows = [...text.matchAll(/^\| (\d+\.\d+\.\d+[^|]*) \| ([^|]+) \| ([^|]+) \| (.*) \|$/gm)].map(
  ([, which = '', what = '', state = '', where = '']) => ({
    which: which.split(', ').flatMap((one) => {
      const [, section = '', from = '', to] = /^(\d+\.\d+)\.(\d+)(?:-\1\.(\d+))?$/.exec(one) ?? [];
      assert.ok(section !== '', `"${one}" is no number or range of numbers`);
      return numbers(section, from, to);
    }),
    what,
    state,
    where,
  }),
);

test('every requirement of level 2 has its one row, and each row says why', () => {
  assert.equal(wanted.length, 253);
  const told = rows.flatMap(({ which }) => which);
  assert.equal(new Set(told).size, told.length, 'no number stands twice');
  assert.deepEqual(
    wanted.filter((number) => !told.includes(number)),
    [],
  );
  for (const { which, what, state, where } of rows) {
    assert.match(state, /^(met|no|n\/a)$/, which.join());
    assert.ok(what.length > 2 && where.length > 3, which.join());
  }
  assert.ok(rows.filter(({ state }) => state === 'met').length > 120);
});

test('what the document names is there', () => {
  const named = [...text.matchAll(/`((?:src|test|docs|deploy|scripts)\/[^`\s]+|[A-Z]+\.md)`/g)].map(
    ([, path = '']) => path,
  );
  const linked = [...text.matchAll(/\]\(([^)#:]+)\)/g)].map(([, path = '']) => join('docs', path));
  assert.ok(named.length > 100);
  assert.deepEqual(
    [...named, ...linked].filter((path) => !existsSync(join(root, path))),
    [],
  );
});

/** Kept on purpose, and only this. */
const kept: Readonly<Record<string, RegExp>> = {
  // What a crew did without a network, until the city has it; see docs/decisions/0038-work-orders.md.
  'operations/orders/pages/outbox.island.ts': /indexedDB/g,
};

test('nothing is kept in the storage of a browser but what a crew did without a network', () => {
  const scripts = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((path) =>
    /\.island\.tsx?$/.test(path),
  );
  assert.ok(scripts.length > 5);
  for (const path of Object.keys(kept)) assert.ok(scripts.includes(path), path);
  for (const path of scripts) {
    const code = readFileSync(join(root, 'src', path), 'utf8').replaceAll(kept[path] ?? /$^/g, '');
    assert.doesNotMatch(
      code,
      /localStorage|sessionStorage|indexedDB|document\.cookie|(?:inner|outer)HTML\s*=[^=]|insertAdjacentHTML|\beval\(/,
      path,
    );
  }
});
