/** What robot wrote (output.xml, schema 5) as results, and results against the exceptions as a score. */
import { SaxesParser } from 'saxes';
import { directoryOf, suitePath, type SuiteFile } from './suite.ts';

export type Status = 'pass' | 'fail' | 'skip';

export type Result = {
  /** Path of the .robot file below `TP/NGSI-LD`, without the ending. */
  readonly file: string;
  /** Name of the case: `001_02_03 EntityWithNoContext`. */
  readonly name: string;
  readonly status: Status;
  readonly message: string;
  /** Requests, responses, notifications and failures in the order they came; those of the suite's set-up first. */
  readonly log: readonly string[];
};

/** Cases in which the suite is wrong or disputed. */
export type Exception = {
  readonly cases: readonly string[];
  /** Part of the message of the failure that is excepted; the same case failing in another way is a failure. */
  readonly message: string;
  /** Clause of CIM 009 v1.9.1 that decides. */
  readonly clause: string;
  readonly reason: string;
};

const statuses: Readonly<Record<string, Status>> = { PASS: 'pass', FAIL: 'fail', SKIP: 'skip' };
/** How RequestsLibrary begins its messages. */
const isExchange = /^(GET|POST|PATCH|PUT|DELETE|HEAD|OPTIONS) (Request|Response) : /;

/** @throws Error when the text is no whole output.xml: a run that was cut off has no results */
export function readResults(xml: string): readonly Result[] {
  const reader = outputReader();
  const parser = new SaxesParser();
  const path: string[] = [];
  let text = '';
  parser.on('opentag', ({ name, attributes }) => {
    path.push(name);
    text = '';
    reader.open(name, attributes);
  });
  parser.on('text', (more) => (text += more));
  parser.on('closetag', ({ name }) => {
    path.pop();
    reader.close(name, path.at(-1) ?? '', text);
    text = '';
  });
  parser.on('error', (error) => {
    throw error;
  });
  parser.write(xml).close();
  return reader.results;
}

/** Follows the elements: suites lie in suites, a test in the suite of its file, messages at any depth of keywords. */
function outputReader() {
  const results: Result[] = [];
  const files: string[] = [];
  let setUp: string[] = [];
  let test: { name: string; log: string[]; status: Status; message: string } | undefined;
  let previousMessage = '';
  let level = '';
  let status = '';
  const open = (element: string, attributes: Readonly<Record<string, string>>): void => {
    level = attributes['level'] ?? '';
    status = attributes['status'] ?? '';
    if (element === 'test') test = { name: attributes['name'] ?? '', log: [], status: 'fail', message: '' };
    if (element !== 'suite') return;
    files.push(attributes['source'] ?? '');
    setUp = [];
  };
  const message = (text: string): void => {
    const log = test?.log ?? setUp;
    if (level === 'FAIL' || isExchange.test(text) || previousMessage === 'Notification ->') log.push(text);
    previousMessage = text.trim();
  };
  const close = (element: string, parent: string, text: string): void => {
    if (element === 'suite') files.pop();
    if (element === 'msg' && parent !== 'errors') message(text);
    if (element === 'status' && parent === 'test' && test) {
      test.status = statuses[status] ?? 'fail';
      test.message = text.trim();
    }
    if (element !== 'test' || !test) return;
    results.push({ file: suitePath(files.at(-1) ?? ''), ...test, log: [...setUp, ...test.log] });
    test = undefined;
  };
  return { open, close, results };
}

/** Cases of one directory; `excepted` failed as the exceptions say, `missing` were not run. */
export type Row = {
  readonly directory: string;
  cases: number;
  pass: number;
  fail: number;
  excepted: number;
  skip: number;
  missing: number;
};

export type Score = {
  readonly rows: readonly Row[];
  /** Failures that no exception explains. */
  readonly failures: readonly Result[];
  /** Names of cases in the exceptions that passed nevertheless. */
  readonly stale: readonly string[];
};

/**
 * @param files what was meant to run
 */
export function score(
  files: readonly SuiteFile[],
  results: readonly Result[],
  exceptions: readonly Exception[],
): Score {
  const excepted = new Map(exceptions.flatMap(({ cases, message }) => cases.map((name) => [name, message] as const)));
  const rows = new Map<string, Row>();
  const failures: Result[] = [];
  const stale: string[] = [];
  const rowOf = (file: string): Row => {
    const directory = directoryOf(file);
    const row = rows.get(directory) ?? { directory, cases: 0, pass: 0, fail: 0, excepted: 0, skip: 0, missing: 0 };
    rows.set(directory, row);
    return row;
  };
  for (const { path, cases } of files) {
    const row = rowOf(path);
    row.cases += cases.length;
    row.missing += cases.length;
  }
  for (const result of results) {
    const row = rowOf(result.file);
    const expected = excepted.get(result.name);
    row.missing -= 1;
    if (result.status !== 'fail') {
      row[result.status] += 1;
      if (result.status === 'pass' && expected !== undefined) stale.push(result.name);
    } else if (expected !== undefined && result.message.includes(expected)) row.excepted += 1;
    else {
      row.fail += 1;
      failures.push(result);
    }
  }
  return { rows: [...rows.values()], failures, stale };
}

/** One row for each group: with two levels, `Provision/Entities/CreateEntity` counts for `Provision/Entities`. */
export function summed(rows: readonly Row[], levels: number): readonly Row[] {
  const groups = new Map<string, Row>();
  for (const { directory, ...counts } of rows) {
    const group = directory.split('/').slice(0, levels).join('/');
    const sum = groups.get(group) ?? { directory: group, cases: 0, pass: 0, fail: 0, excepted: 0, skip: 0, missing: 0 };
    for (const key of Object.keys(counts) as (keyof typeof counts)[]) sum[key] += counts[key];
    groups.set(group, sum);
  }
  return [...groups.values()];
}
