/** A checkout of the ETSI NGSI-LD Test Suite: which cases it has, and a copy of it that is fit to run here. */
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The default of the product (5.5.5); the suite's own default is that of v1.6. */
const coreContextUrl = 'https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.9.jsonld';

const here = dirname(fileURLToPath(import.meta.url));
const tests = 'TP/NGSI-LD';

/** What runs when nothing is named. ContextSource and DistributedOperations belong to clauses that are not built. */
export const defaultGroups = ['Provision', 'Consumption', 'Subscription', 'jsonldContext', 'CommonBehaviours'];

/** One .robot file. */
export type SuiteFile = {
  /** Below `TP/NGSI-LD`, without the ending. */
  readonly path: string;
  /** Names of its cases. */
  readonly cases: readonly string[];
  /** It sets global variables, which later files of the same run of robot would find instead of their own. */
  readonly alone: boolean;
};

/** @param checkout directory that holds `TP`, `data`, `resources` and `libraries` */
export function readSuite(checkout: string): readonly SuiteFile[] {
  const root = join(checkout, tests);
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.robot'))
    .sort()
    .map((path) => {
      const text = readFileSync(join(root, path), 'utf8');
      const alone = text.includes('Set Global Variable');
      return { path: path.slice(0, -'.robot'.length), cases: caseNames(text), alone };
    });
}

/** Names that stand in the first column of the section "Test Cases". */
export function caseNames(text: string): readonly string[] {
  const section = text.split(/^\*{3} *Test Cases *\*{3}.*$/m)[1]?.split(/^\*{3}/m)[0] ?? '';
  return section.split('\n').flatMap((line) => /^[^\s#].*/.exec(line)?.[0].trimEnd() ?? []);
}

/**
 * What a word asks for: a directory by the beginning of its path (`Provision`, `Provision/Entities`; `ContextInformation`
 * is understood) or, when there is none, by any part of it (`CreateEntity`); a file (`001_02`); a case (`001_02_03`).
 */
export function select(files: readonly SuiteFile[], word: string): readonly SuiteFile[] {
  const wanted = word
    .replace(/^.*TP\/NGSI-LD\//, '')
    .replace(/^ContextInformation\//, '')
    .replace(/(\/|\.robot)$/, '');
  const below = files.filter(({ path }) => `${shortPath(path)}/`.startsWith(`${wanted}/`));
  if (below.length > 0) return below;
  const through = files.filter(({ path }) => `/${path}/`.includes(`/${wanted}/`));
  if (through.length > 0) return through;
  return files
    .map((file) => ({ ...file, cases: file.cases.filter((name) => isCase(name, word)) }))
    .filter(({ cases }) => cases.length > 0);
}

/** Every file once, in the order of the suite, with all the cases that were selected of it. */
export function merged(selected: readonly SuiteFile[]): readonly SuiteFile[] {
  const files = new Map<string, SuiteFile>();
  for (const file of selected) {
    const cases = new Set([...(files.get(file.path)?.cases ?? []), ...file.cases]);
    files.set(file.path, { ...file, cases: [...cases] });
  }
  return [...files.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** `001_02_03` and `001_02_03 EntityWithNoContext` are the same case. */
export const isCase = (name: string, word: string): boolean => name === word || name.startsWith(`${word} `);

/** The place of a file in the tables: its directory, without the level that most have in common. */
export const directoryOf = (path: string): string => dirname(shortPath(path));

const shortPath = (path: string): string => path.replace(/^ContextInformation\//, '');

/** What robot is told to run: the files, and the names of the cases when they are not all of `all`. */
export function robotWords(part: readonly SuiteFile[], all: readonly SuiteFile[]): readonly string[] {
  const count = new Map(all.map(({ path, cases }) => [path, cases.length]));
  const whole = part.every(({ path, cases }) => count.get(path) === cases.length);
  const names = whole ? [] : part.flatMap(({ cases }) => cases);
  return [
    ...names.flatMap((name) => ['--test', name.replaceAll(/[[\]*?]/g, '?')]),
    ...part.map(({ path }) => `${tests}/${path}.robot`),
  ];
}

/** @param source as output.xml has it: an absolute path of a .robot file */
export const suitePath = (source: string): string => source.replace(/^.*TP\/NGSI-LD\//, '').replace(/\.robot$/, '');

const forge = 'https://forge.etsi.org/rep/cim/ngsi-ld-test-suite/-/raw/develop/resources/jsonld-contexts';
const suiteContexts: Readonly<Record<string, string>> = {
  [`${forge}/ngsi-ld-test-suite-compound.jsonld`]: 'ngsi-ld-test-suite-compound.jsonld',
  [`${forge}/ngsi-ld-test-suite.jsonld`]: 'ngsi-ld-test-suite.jsonld',
  'https://easy-global-market.github.io/ngsild-api-data-models/ngsildTestSuite/ngsildTestSuiteV1.8-compound.jsonld':
    'ngsi-ld-test-suite-compound.jsonld',
};
/** Cases of clause 5.13 name these and never look into them: any valid @context stands for them. */
const anyContext = [
  'http://smartdatamodels.org/context.jsonld',
  'https://fiware.github.io/data-models/context.jsonld',
  'https://fiware.github.io/NGSI-LD_TestSuite/ldContext/testContext.jsonld',
];

/** Pins for `--contexts`: the suite names documents of four hosts that no run shall need. */
export function writePins(checkout: string, directory: string): void {
  const ours = Object.fromEntries(anyContext.map((url) => [url, join(here, 'any-context.jsonld')]));
  const theirs = Object.entries(suiteContexts).map(
    ([url, file]) => [url, join(checkout, 'resources/jsonld-contexts', file)] as const,
  );
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'index.json'), JSON.stringify({ ...ours, ...Object.fromEntries(theirs) }, null, 2));
}

/**
 * The directory that robot runs in: links to the checkout, with `MqttUtils.resource` replaced, because the suite's own
 * starts a container from a private image.
 */
export function overlay(checkout: string, directory: string): void {
  const link = (path: string): void => symlinkSync(join(checkout, path), join(directory, path));
  mkdirSync(join(directory, 'resources/mqttUtils'), { recursive: true });
  for (const path of ['TP', 'data', 'libraries']) link(path);
  for (const name of readdirSync(join(checkout, 'resources'))) if (name !== 'mqttUtils') link(`resources/${name}`);
  link('resources/mqttUtils/mosquitto');
  symlinkSync(join(here, 'MqttUtils.resource'), join(directory, 'resources/mqttUtils/MqttUtils.resource'));
}

/** Variables that override `resources/variables.py`. Everything listens on one loopback address, so runs never meet. */
export const variables = (address: string, port: number): Readonly<Record<string, string | number>> => ({
  url: `http://${address}:${port}/ngsi-ld/v1`,
  temporal_api_url: `http://${address}:${port}/ngsi-ld/v1`,
  notification_server_host: address,
  context_source_host: address,
  context_server_host: address,
  mqtt_broker_host: address,
  core_context: coreContextUrl,
});

/** Files in the order of the suite, cut where the directory changes and after `most`: each part gets a fresh product. */
export function parts(files: readonly SuiteFile[], most: number): readonly (readonly SuiteFile[])[] {
  const cut: SuiteFile[][] = [];
  for (const file of files) {
    const last = cut.at(-1);
    const near = last?.[0] && !last[0].alone && !file.alone && dirname(last[0].path) === dirname(file.path);
    if (last && near && last.length < most) last.push(file);
    else cut.push([file]);
  }
  return cut;
}

/** A short name of a part for the console: `Provision/Entities/CreateEntity 001_01..001_15`. */
export function partName(part: readonly SuiteFile[]): string {
  const names = part.map(({ path }) => basename(path));
  return `${directoryOf(part[0]?.path ?? '')} ${names.length > 1 ? `${names[0]}..${names.at(-1)}` : names[0]}`;
}
