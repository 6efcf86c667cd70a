import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { caseNames, merged, parts, robotWords, select } from './suite.ts';
import type { Exception } from './score.ts';

const file = (path: string, ...cases: string[]) => ({ path, cases, alone: false });
const files = [
  file('ContextInformation/Provision/Entities/CreateEntity/001_01', '001_01_01 MinimalEntity', '001_01_02 Simple'),
  file('ContextInformation/Provision/Entities/CreateEntity/001_02', '001_02_01 InvalidJson'),
  file('ContextInformation/Provision/Entities/DeleteEntity/002_01', '002_01_01 [Delete]', '002_01_02 Other'),
  file('DistributedOperations/Provision/Entities/CreateEntity/D001_01_inc', 'D001_01_inc Create'),
];
const paths = (word: string) => select(files, word).map(({ path }) => path.split('/').at(-1));

suite('conformance suite', () => {
  test('a word is the beginning of a path, then any part of it, then a file, then a case', () => {
    assert.deepEqual(paths('Provision/Entities'), ['001_01', '001_02', '002_01']);
    assert.deepEqual(paths('TP/NGSI-LD/ContextInformation/Provision/'), ['001_01', '001_02', '002_01']);
    assert.deepEqual(paths('CreateEntity'), ['001_01', '001_02', 'D001_01_inc']);
    assert.deepEqual(paths('001_02.robot'), ['001_02']);
    assert.deepEqual(select(files, '001_01_02'), [file(files[0]?.path ?? '', '001_01_02 Simple')]);
    assert.deepEqual(paths('001_03'), []);
  });

  test('robot is told the cases only when some of a file are left out', () => {
    assert.deepEqual(robotWords([...select(files, '001_01')], files), [`TP/NGSI-LD/${files[0]?.path}.robot`]);
    assert.deepEqual(robotWords(select(files, '002_01_01'), files).slice(0, 2), ['--test', '002_01_01 ?Delete?']);
  });

  test('what is asked for twice runs once', () => {
    const chosen = merged([...select(files, '001_01_02'), ...select(files, 'Provision'), ...select(files, '001_01')]);
    assert.deepEqual(
      chosen.map(({ path, cases }) => [path, cases.length]),
      files.slice(0, 3).map(({ path, cases }) => [path, cases.length]),
    );
  });

  test('a part stays in one directory and is not longer than asked', () => {
    assert.deepEqual(
      parts(files, 2).map((part) => part.length),
      [2, 1, 1],
    );
    assert.equal(parts(files, 1).length, 4);
  });

  test('a file that sets global variables is a part of its own', () => {
    const [first, ...others] = files.slice(0, 3);
    assert.ok(first);
    assert.deepEqual(
      parts([first, { ...first, alone: true }, first, first, ...others], 9).map((part) => part.length),
      [1, 1, 3, 1],
    );
  });

  test('cases are the first column of their section', () => {
    const text = [
      '*** Variables ***',
      '${a}    b',
      '*** Test Cases ***',
      '001_01_01 MinimalEntity',
      '    [Tags]    x',
      '# a comment',
      '',
      '001_01_02 Simple  ',
      '*** Keywords ***',
      'Create',
    ];
    assert.deepEqual(caseNames(text.join('\n')), ['001_01_01 MinimalEntity', '001_01_02 Simple']);
  });

  test('every exception says its cases, message, clause and reason, and no case has two', () => {
    const all = JSON.parse(readFileSync(new URL('exceptions.json', import.meta.url), 'utf8')) as Exception[];
    const cases = all.flatMap(({ cases }) => cases);
    assert.equal(new Set(cases).size, cases.length);
    for (const { cases, message, clause, reason } of all) {
      assert.ok(
        cases.length > 0 && message !== '' && /^\d+(\.\d+)*/.test(clause) && reason.length > 20,
        `${cases[0]}: ${clause}`,
      );
    }
  });
});
