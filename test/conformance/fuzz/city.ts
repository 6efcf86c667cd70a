/** What the fuzzed city holds: enough of everything that a request can name, and the names of it. */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { feedZip } from '../../../src/ingest/gtfs/fixtures/feed.ts';

/** Values by name of a parameter, or by `path name` where a name means something else below a path. */
export type Known = Readonly<Record<string, readonly (string | number)[]>>;

export type FuzzedCity = {
  readonly known: Known;
  /** Puts back what requests have taken away. */
  readonly tend: () => Promise<void>;
};

const counts = { pumps: 150, gauges: 60, instances: 200, subscriptions: 40, contexts: 60, tables: 10 };
const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, n) => n + 1);
const pumps = upTo(counts.pumps).map((n) => `urn:ngsi-ld:Pump:${n}`);
const gauges = upTo(counts.gauges).map((n) => `urn:ngsi-ld:Gauge:${n}`);
/** Stands alone: which ids of entity, attribute and instance belong together a generator does not know. */
const kept = 'urn:ngsi-ld:Gauge:kept';
const subscriptions = upTo(counts.subscriptions).map((n) => `urn:ngsi-ld:Subscription:${n}`);
const district = 'urn:ngsi-ld:District:sino';
/** Requests without a tenant are few: it is a header of nearly every operation. */
const tenants: readonly Readonly<Record<string, string>>[] = [{}, { 'NGSILD-Tenant': 'other' }];
const instant = (minute: number): string => new Date(Date.UTC(2026, 2, 1, 5, minute)).toISOString();

const pump = (id: string, n: number): object => ({
  id,
  type: 'Pump',
  scope: ['/Dushanbe/Sino'],
  pressure: { type: 'Property', value: n / 10, unitCode: 'BAR', observedAt: instant(n) },
  state: [
    { type: 'VocabProperty', vocab: 'on' },
    { type: 'VocabProperty', vocab: 'off', datasetId: 'urn:ngsi-ld:dataset:plan' },
  ],
  name: { type: 'LanguageProperty', languageMap: { tg: `Обкаш ${n}`, en: `Pump ${n}` } },
  location: { type: 'GeoProperty', value: { type: 'Point', coordinates: [68.78 + n / 10_000, 38.56] } },
  locatedIn: { type: 'Relationship', object: district, objectType: 'District' },
  settings: { type: 'JsonProperty', json: { high: 3 } },
});
const gauge = (id: string): object => ({
  id,
  type: 'Gauge',
  level: upTo(counts.instances).map((n) => ({ type: 'Property', value: n, observedAt: instant(n) })),
});

/**
 * Fills a city that has just started.
 * @param receiver where subscriptions send to
 * @param command `chorsu`, for what comes from files
 */
export async function fill(
  url: string,
  directory: string,
  receiver: string,
  command: (...words: string[]) => Promise<void>,
): Promise<FuzzedCity> {
  const post = poster(`${url}/ngsi-ld/v1`);
  const tend = async (): Promise<void> => {
    const whole = [...pumps.map(pump), { id: district, type: 'District', population: 300_000 }];
    const { timetables } = (await (await fetch(`${url}/api/transit/timetables`)).json()) as { timetables: unknown[] };
    if (timetables.length === 0) await takeTimetable();
    for (const headers of tenants) {
      await post('/entityOperations/upsert', whole, headers);
      for (const id of subscriptions) {
        const notification = { endpoint: { uri: `${receiver}/${id}` } };
        await post('/subscriptions', { id, type: 'Subscription', entities: [{ type: 'Pump' }], notification }, headers);
      }
    }
  };
  const files = writeFiles(directory);
  const take = (file: string, source: string): Promise<void> =>
    command('import', file, '--mapping', files.mapping, '--source', source);
  const takeTimetable = (): Promise<void> => take(files.timetable, 'bus');
  await tend();
  for (const headers of tenants) {
    for (const id of [kept, ...gauges]) await post('/temporal/entities', gauge(id), headers);
  }
  const contexts: string[] = [];
  for (const n of upTo(counts.contexts)) {
    const answer = await post('/jsonldContexts', { '@context': { [`pressure${n}`]: 'https://example.org/pressure' } });
    contexts.push((answer.headers.get('location') ?? '').split('/').at(-1) ?? '');
  }
  for (const table of files.tables) await take(table, 'table');
  const uploaded = await uploadTable(url);
  const imports = (await importIds(url)).filter((id) => id !== uploaded);
  const known = {
    entityId: pumps,
    attrId: ['pressure', 'state', 'name', 'location', 'locatedIn', 'settings'],
    type: ['Pump', 'Pump', 'Pump', 'Pump', 'District'],
    subscriptionId: subscriptions,
    contextId: contexts,
    'NGSILD-Tenant': ['other'],
    timerel: ['after', 'after', 'before', 'between'],
    timeAt: [instant(30)],
    '/ngsi-ld/v1/temporal entityId': gauges,
    '/ngsi-ld/v1/temporal attrId': ['level'],
    '/ngsi-ld/v1/temporal/entities/{entityId}/attrs/{attrId}/{instanceId} entityId': [kept],
    instanceId: await instanceIds(url),
    '/api/subscriptions id': subscriptions,
    '/api/imports id': imports,
    // What was sent by the form keeps its refused rows.
    '/api/imports/{id}/rejects.csv id': [uploaded],
    // The timetable stays.
    '/api/imports/{id}/undo id': imports.slice(0, -1),
    '/api/ingest source': ['meters'],
    '/api/ingest/lorawan source': ['bins'],
    '/api/connect lang': ['en'],
    '/api/transit/stops id': ['bus:A', 'bus:B', 'bus:C', 'bus:D'],
    '/api/transit/trips id': ['T1', 'T2', 'T3'],
    '/api/transit source': ['bus'],
    near: ['68.7,38.5'],
    layer: ['city', 'Pump'],
    z: [12],
    x: [2830],
    y: [1575],
    '/api/entities/history.csv id': pumps,
    attr: ['pressure'],
  };
  return { known, tend };
}

const poster =
  (root: string) =>
  async (path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers } };
    const answer = await fetch(root + path, { ...init, body: JSON.stringify(body) });
    // What is there already is as good.
    if (![201, 204, 409].includes(answer.status)) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer;
  };

async function instanceIds(url: string): Promise<readonly string[]> {
  const answer = await fetch(`${url}/ngsi-ld/v1/temporal/entities/${kept}`, { headers: tenants[1] ?? {} });
  const { level = [] } = (await answer.json()) as { level?: { instanceId: string }[] };
  return level.map(({ instanceId }) => instanceId);
}

/** Files to import, and their mapping. */
function writeFiles(directory: string): { mapping: string; timetable: string; tables: readonly string[] } {
  const source = { purpose: 'Fuzzing', owner: 'Nobody', legalBasis: 'None', retentionDays: null, personal: 'none' };
  const mapping = join(directory, 'files.json');
  const files = {
    sources: [
      { ...source, id: 'table', name: 'Table', granularity: 'pump', kind: 'csv', expectedEveryS: null },
      { ...source, id: 'bus', name: 'Bus', granularity: 'stop', kind: 'gtfs' },
    ],
    mappings: [
      {
        source: 'table',
        payload: 'table',
        entity: { id: 'urn:ngsi-ld:Pump:{id}', type: 'Pump' },
        attributes: { flow: { column: 'flow', range: { min: 0, max: 100 } } },
      },
    ],
  };
  writeFileSync(mapping, JSON.stringify(files));
  const timetable = join(directory, 'bus.zip');
  writeFileSync(timetable, feedZip());
  const tables = upTo(counts.tables).map((n) => {
    const file = join(directory, `table-${n}.csv`);
    writeFileSync(file, `id,flow\nt${n},${n}\nbad${n},much\n`);
    return file;
  });
  return { mapping, timetable, tables };
}

/** Sends a table as a browser does. @returns id of the import */
async function uploadTable(url: string): Promise<string> {
  const send = async (path: string, body: FormData | URLSearchParams): Promise<string> => {
    const answer = await fetch(url + path, { method: 'POST', body, redirect: 'manual' });
    if (answer.status !== 303) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.headers.get('location') ?? '';
  };
  const rows = ['No;Power, W', ...upTo(40).map((n) => `U-${n};${n}`), 'U-0;many'].join('\n');
  const form = new FormData();
  form.append('file', new Blob([rows]), 'lamps.csv');
  const prepare = await send('/en/imports', form);
  const html = await (await fetch(url + prepare)).text();
  const answers = new URLSearchParams();
  for (const [, name = '', value = ''] of html.matchAll(/<input[^>]* name="([^"]+)"[^>]* value="([^"]*)"/g))
    answers.set(name, value);
  for (const [, name = '', options = ''] of html.matchAll(/<select[^>]* name="([^"]+)"[^>]*>(.*?)<\/select>/gs))
    answers.set(name, /<option value="([^"]*)" selected/.exec(options)?.[1] ?? '');
  const told = { type: 'Streetlight', sourceName: 'Lamps', purpose: 'Fuzzing', owner: 'Nobody', legalBasis: 'None' };
  for (const [name, value] of Object.entries({ ...told, role2: 'number', do: 'take' })) answers.set(name, value);
  return (await send(prepare, answers)).split('/').at(-1) ?? '';
}

async function importIds(url: string): Promise<readonly string[]> {
  const { imports } = (await (await fetch(`${url}/api/imports`)).json()) as {
    imports: { id: string; startedAt: string }[];
  };
  // Newest first.
  return imports.map(({ id }) => id);
}

/** A mapping file for the doors of senders. */
export function writeMapping(directory: string): string {
  const file = join(directory, 'mapping.json');
  const source = { purpose: 'Fuzzing', owner: 'Nobody', legalBasis: 'None', retentionDays: 30, personal: 'none' };
  const sources = [
    { ...source, id: 'meters', name: 'Meters', granularity: 'meter', kind: 'http', expectedEveryS: null },
    { ...source, id: 'bins', name: 'Bins', granularity: 'bin', kind: 'lorawan', expectedEveryS: null },
  ];
  const attributes = { flow: { path: 'q.value', range: { min: 0, max: 500 } }, on: { path: 'pump', as: 'boolean' } };
  const entity = { id: 'urn:ngsi-ld:Meter:{id}', type: 'Meter' };
  const mappings = [
    { source: 'meters', entity, attributes },
    {
      source: 'bins',
      payload: 'ttn',
      entity: { id: 'urn:ngsi-ld:Bin:{devEui}', type: 'Bin' },
      attributes: { rssi: { path: 'rssi' } },
    },
  ];
  writeFileSync(file, JSON.stringify({ sources, mappings }));
  return file;
}

/** Runs a command of the product to its end. */
export function runCommand(node: string, cwd: string, words: readonly string[], log: number): Promise<void> {
  const child = spawn(node, ['src/main.ts', ...words], { cwd, stdio: ['ignore', log, log] });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`${words.join(' ')}: exit code ${code}`))));
  });
}
