/** The architecture as a test: who may import whom, through which door, and who touches the outside. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite, test } from 'node:test';
import { readSource, sourcePaths, type Import, type Source } from '../scripts/imports.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

// --- who may import whom ----------------------------------------------------------------------------------------------
const mayImport: Record<string, readonly string[]> = {
  base: [],
  ngsild: ['base'],
  http: ['base'],
  city: ['base'],
  store: ['ngsild', 'base'],
  ui: ['city', 'http', 'base'],
  about: ['city', 'ui', 'http', 'base'],
  trust: ['store', 'ui', 'http', 'ngsild', 'base'],
  broker: ['store', 'trust', 'ui', 'http', 'ngsild', 'base'],
  developers: ['broker', 'ui', 'http', 'ngsild', 'base'],
  operations: ['broker', 'store', 'trust', 'city', 'ui', 'http', 'ngsild', 'base'],
  utilities: ['broker', 'store', 'trust', 'city', 'ui', 'http', 'ngsild', 'base'],
  ingest: ['broker', 'store', 'trust', 'city', 'ui', 'http', 'ngsild', 'base'],
};
/** They wire the others: `src/cli/`, and the files that lie in `src/` itself (`main.ts`, `platform.ts`, `tsx.ts`). */
const wiring = ['cli', 'src'];

/** What a folder shows to the others. `base` is words and tools without a city in them: every file is public. */
const doors: readonly RegExp[] = [
  /^src\/[a-z]+\/(index|schema)\.tsx?$/,
  /^src\/base\/[a-z-]+\.ts$/,
  /^src\/ngsild\/(entity|query)\.ts$/,
  /^src\/store\/(ports|writer)\.ts$/,
  /^src\/http\/(module|principal)\.ts$/,
  /^src\/city\/profile\.ts$/,
  /^src\/tsx\.ts$/, // a worker registers the hook before it loads the rest
  /^src\/platform\.ts$/, // what a city is opened with
];

// --- who touches the outside ------------------------------------------------------------------------------------------
type Outside = { readonly what: string; readonly is: RegExp; readonly only: RegExp };
const outside: readonly Outside[] = [
  { what: 'a database', is: /^(node:sqlite|@duckdb\/)/, only: /^src\/store\// },
  {
    what: 'Hono',
    is: /^(hono|@hono\/)/,
    only: /^src\/(http\/|[a-z]+\/((gtfs|identity|policy|tlog|alarms|rules|notices|orders|control)\/)?(http|index)\.tsx?$|[a-z]+\/((gtfs|identity|policy|tlog|alarms|rules|notices|orders|control)\/)?pages\/)/,
  },
  {
    what: 'Preact',
    is: /^preact/,
    only: /^src\/(ui\/|[a-z]+\/((gtfs|identity|policy|tlog|alarms|rules|notices|orders|control)\/)?pages\/)/,
  },
  { what: 'the HTTP server or client', is: /^node:(http|https|http2)$/, only: /^src\/(http\/|broker\/http)/ },
  { what: 'undici', is: /^undici$/, only: /^src\/http\// },
  { what: 'sockets', is: /^node:(net|tls|dgram)$/, only: /^src\/(http|ingest\/mqtt|cli)/ },
  { what: 'the MQTT broker', is: /^aedes/, only: /^src\/ingest\// },
  {
    what: 'other programs',
    is: /^node:(child_process|cluster)$/,
    only: /^src\/(cli\/|ingest\/importing\/scanner\.ts$)/,
  },
];

// --- nobody asks the machine where it stands --------------------------------------------------------------------------
/**
 * Ways to the time zone of the process. Cities name theirs; so `npm test` needs one run, in a zone that nobody expects.
 * Text without an offset (`Date.parse`) cannot be seen here: that zone finds it.
 */
const localTime: readonly RegExp[] = [
  /\.[gs]et(?:Date|Day|Hours|Minutes|Month|(?:Full)?Year|TimezoneOffset)\(/,
  /\.to(?:Date|Time|Locale(?:Date|Time)?)String\(/,
  /\bnew Date\([^()]*,/,
  /\$\{new Date\([^()]*\)\}|\bString\(new Date\b|\+ new Date\b/,
  /\bIntl\.DateTimeFormat\((?:[^()](?!\btimeZone\b)|\([^()]*\))*\)/,
  /'localtime'|\bCURRENT_(?:DATE|TIME|TIMESTAMP)\b|\bLOCALTIME(?:STAMP)?\b|\benv(?:\.|\[')TZ\b/,
];
const localTimeIn = (text: string): string[] => localTime.flatMap((way) => way.exec(text)?.[0] ?? []);

const isTest = (path: string): boolean =>
  /\.(test|contract|property|arbitrary|child)\.tsx?$/.test(path) || path.includes('/fixtures/');
const isIsland = (path: string): boolean => /\.island\.tsx?$/.test(path);
const folderOf = (path: string): string => /^src\/([^/]+)\//.exec(path)?.[1] ?? 'src';

const sources = sourcePaths(root, ['src']).map((path) => readSource(root, path));
const code = sources.filter(({ path }) => !isTest(path));

/** `path:line imports specifier` of every import that the rule refuses. */
const refused = (among: readonly Source[], rule: (source: Source, found: Import) => boolean): string[] =>
  among.flatMap((source) =>
    source.imports
      .filter((found) => rule(source, found))
      .map((found) => `${source.path}:${found.line} imports ${found.specifier}`),
  );

suite('architecture', () => {
  test('there was something to look at', () => {
    assert.ok(sources.length >= 200, `only ${sources.length} files were read`);
    const imports = sources.flatMap((source) => source.imports);
    assert.ok(imports.length >= sources.length, `only ${imports.length} imports were found in ${sources.length} files`);
    const folders = new Set(sources.map(({ path }) => folderOf(path)));
    for (const folder of [...Object.keys(mayImport), ...wiring]) assert.ok(folders.has(folder), folder);
  });

  test('every folder has its row in the table', () => {
    const unknown = new Set(sources.map(({ path }) => folderOf(path)));
    for (const known of [...Object.keys(mayImport), ...wiring]) unknown.delete(known);
    assert.deepEqual([...unknown], []);
  });

  test('a folder imports only those below it', () => {
    const wrong = refused(sources, ({ path }, { file }) => {
      const from = folderOf(path);
      if (file === undefined || wiring.includes(from)) return false;
      if (!file.startsWith('src/')) return !isTest(path);
      const to = folderOf(file);
      return to !== from && file !== 'src/tsx.ts' && !(mayImport[from] ?? []).includes(to);
    });
    assert.deepEqual(wrong, []);
  });

  test('nobody climbs over a wall: other folders are entered by their door', () => {
    const wrong = refused(code, ({ path }, { file }) => {
      if (file === undefined || !file.startsWith('src/') || folderOf(file) === folderOf(path)) return false;
      return !doors.some((door) => door.test(file));
    });
    assert.deepEqual(wrong, []);
  });

  test('imports within the program are relative and name their file', () => {
    const wrong = refused(sources, (_, { file }) => file !== undefined && !/\.(tsx?|json|mjs)$/.test(file));
    assert.deepEqual(wrong, []);
  });

  for (const { what, is, only } of outside) {
    test(`${what}: only where it belongs`, () => {
      const wrong = refused(
        code.filter(({ path }) => !isIsland(path)),
        ({ path }, { specifier, typeOnly }) => !typeOnly && is.test(specifier) && !only.test(path),
      );
      assert.deepEqual(wrong, []);
    });
  }

  test('no code asks for the time zone of the machine', () => {
    const wrong = code.flatMap(({ path, text }) => localTimeIn(text).map((found) => `${path}: ${found}`));
    assert.deepEqual(wrong, []);
    for (const asks of [
      'at.getHours()',
      'at.setDate(1)',
      'new Date(at).toLocaleString()',
      "at.toLocaleDateString('tg', {})",
      'new Date(2026, 1, 1)',
      'new Date(year, month - 1)',
      '`${new Date(at)}`',
      "new Intl.DateTimeFormat('en', {\n  year: 'numeric' })",
      'Intl.DateTimeFormat().resolvedOptions()',
      "strftime('%H', at, 'localtime')",
      "process.env['TZ']",
    ])
      assert.equal(localTimeIn(asks).length, 1, asks);
    for (const asksNot of [
      'at.getUTCHours()',
      'new Date(Date.UTC(2026, 1, 1))',
      'new Date(at).toISOString()',
      "new Intl.DateTimeFormat('en', {\n  year: 'numeric', timeZone })",
      'new Intl.DateTimeFormat(tag(language), { timeZone: zone(), hour: "2-digit" })',
      'type LocalTime = { year: number }',
    ])
      assert.deepEqual(localTimeIn(asksNot), [], asksNot);
  });

  test('base imports nothing but node', () => {
    const wrong = refused(
      code.filter(({ path }) => folderOf(path) === 'base'),
      (_, { specifier, file }) => file === undefined && !specifier.startsWith('node:'),
    );
    assert.deepEqual(wrong, []);
  });

  test('nothing under ngsild/ does I/O: it imports neither node nor packages', () => {
    const wrong = refused(
      code.filter(({ path }) => folderOf(path) === 'ngsild'),
      (_, { file }) => file === undefined,
    );
    assert.deepEqual(wrong, []);
  });

  test('the program needs no package that is for development only', () => {
    const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
    };
    const wrong = refused(code, (_, { specifier, file, typeOnly }) => {
      const name = /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? '';
      return file === undefined && !typeOnly && !specifier.startsWith('node:') && !(name in dependencies);
    });
    assert.deepEqual(wrong, []);
  });

  test('browser code holds no node: and no server package', () => {
    const wrong = refused(
      sources.filter(({ path }) => isIsland(path)),
      (_, { specifier }) => /^(node:|hono|@hono\/|@duckdb\/|aedes)/.test(specifier),
    );
    assert.deepEqual(wrong, []);
  });
});
