/** The door of ingestion: values from devices, network servers and files become readings of entities. */
import { ingestAccess } from './access.ts';
import { acceptanceRoutes } from './acceptance/routes.ts';
import { ingestApi } from './api.ts';
import type { Clock } from '../base/clock.ts';
import { randomId } from '../base/ids.ts';
import type { Log } from '../base/log.ts';
import type { Metrics } from '../base/metrics.ts';
import { Problem } from '../base/problem.ts';
import type { Broker, Reading } from '../broker/index.ts';
import type { City } from '../city/profile.ts';
import type { Outbound } from '../http/index.ts';
import type { Module } from '../http/module.ts';
import type { Files, Rows, TableDefinition } from '../store/ports.ts';
import { openPolicy, type Policy } from '../trust/index.ts';
import type { Site } from '../ui/index.ts';
import { feedKinds } from './feeds/kinds.ts';
import { liveFeeds } from './feeds/live.ts';
import { transit } from './gtfs/index.ts';
import { realtimeBoard } from './gtfs/realtime/board.ts';
import { gtfsFeedTable } from './gtfs/store.ts';
import { sourceHealth, type Health } from './health.ts';
import { homePart } from './home.ts';
import { ingestRoutes } from './http.ts';
import { fileImports, type Imports } from './importing/imports.ts';
import { openImport } from './importing/importers.ts';
import { rememberedMappings, rememberedTables, type Remembered } from './importing/remembered.ts';
import { importRoutes } from './importing/routes.ts';
import type { SuggestAbout } from './importing/importer.ts';
import { suggestedMapping } from './importing/suggest.ts';
import { importTables } from './importing/tables.ts';
import type { FileOptions, ImportOptions, ImportReport, Preview } from './importing/views.ts';
import { commandScan } from './importing/scanner.ts';
import { openUploads } from './importing/uploads.ts';
import { intake } from './intake.ts';
import { decoders } from './lorawan/decoders/index.ts';
import { loadMappingFile, parseMappingFile, type MappingFile, type Taken } from './mapping/index.ts';
import type { MqttCommands } from './mqtt-commands.ts';
import { mqttBroker, type MqttDoor, type MqttOptions } from './mqtt.ts';
import type { MqttPorts } from './mqtt-ports.ts';
import type { Here } from './pages/connect/door.ts';
import { filePreparation } from './pages/imports/preparation.ts';
import { importPageRoutes } from './pages/imports/routes.ts';
import { ingestWords } from './pages/messages/index.ts';
import { reception } from './reception.ts';
import { restoreLastAccepted } from './restore.ts';
import { retentionOf } from './retention.ts';
import type { Source, SourceReport } from './schema.ts';
import { sourceRegistry } from './source.ts';

export type IngestDeps = {
  readonly broker: Broker;
  /** Reads of this module's own tables, `ingestTables`. */
  readonly rows: Rows;
  /** Where files are kept whole, such as timetables. */
  readonly files: Files;
  readonly city: Pick<City, 'lawPack' | 'timeZone' | 'center' | 'bbox' | 'name' | 'id' | 'languages'>;
  /** Absent: no pages, only the API. */
  readonly site?: Site;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Log;
  /** What `loadMapping` gave; absent: nothing is mapped. */
  readonly mapping?: MappingFile;
  /** Where files that a browser sends wait; absent: none are taken. */
  readonly uploads?: string;
  /** Default: `--auth off`. */
  readonly policy?: Policy;
  /** Program that looks at what browsers send (`commandScan`). */
  readonly scanUploads?: string;
  /** For live feeds; absent: none runs. */
  readonly outbound?: Outbound;
  /** `false`: no MQTT broker. */
  readonly mqtt?: MqttOptions | false;
  /** Who may connect to it; absent: whoever reaches it. */
  readonly mqttDoor?: MqttDoor | undefined;
  /** Of an account, as it is shown; default: its id. */
  readonly nameOf?: (id: string) => string;
  /** Where this process is reached, once it listens: pages tell senders. */
  readonly url?: () => string | undefined;
};

/** The tables of this module; `platform.ts` gives them to the store. */
export const ingestTables: readonly TableDefinition[] = [...importTables, ...rememberedTables, gtfsFeedTable];

export type Ingest = Module & {
  /** @throws Problem forbidden when the law pack does not allow the source */
  declare(source: Source): void;
  /**
   * Readings that the platform made itself (the simulator). Durable when resolved.
   * @throws Problem not-found (no such source), bad-data (a simulated value for a measured entity, or the reverse)
   */
  accept(sourceId: string, readings: readonly Reading[]): Promise<void>;
  /**
   * Takes a file by the door that recognises it (`importing/`), or goes on with it where it was interrupted.
   * @throws Problem bad-data (no door for it, columns missing, no mapping for it), not-found, conflict, forbidden
   */
  importFile(options: ImportOptions): Promise<ImportReport>;
  /** What the first items of a file would become. @throws Problem as `importFile` */
  preview(options: FileOptions, limit?: number): Promise<Preview>;
  /** What was imported, and the way back. */
  readonly imports: Pick<Imports, 'list' | 'get' | 'undo' | 'stop' | 'prune'>;
  /** Mappings for files that stay with their source. */
  readonly remembered: Remembered;
  /**
   * Looks at a file and proposes a mapping file for it, with what it could not know.
   * @throws Problem bad-data, not-found; not-supported when nothing can be suggested for such a file
   */
  suggest(file: string, about?: Omit<SuggestAbout, 'city'>): ReturnType<typeof suggestedMapping>;
  reports(): readonly SourceReport[];
  /** How long values are kept, by entity type (IRI), as the sources that gave them declare; null = for good. */
  retention(): readonly { readonly type: string; readonly days: number | null }[];
  readonly health: Health;
  /** Begins with the live feeds of the mapping; called when the city is ready. Nothing is fetched that is not configured. */
  startFeeds(): void;
  /** Called before anything else stops. */
  stopFeeds(): Promise<void>;
  /** Where the MQTT broker listens, once started. */
  mqttPorts(): MqttPorts;
  /** The way to devices; undefined without an MQTT broker. */
  readonly commands: MqttCommands | undefined;
};

/** @throws Problem bad-data with every fault of the file, one per line */
export function loadMapping(path: string): Promise<MappingFile> {
  return loadMappingFile(path, Object.keys(decoders), feedKinds);
}

export function ingest(deps: IngestDeps): Ingest {
  const {
    broker,
    city,
    site,
    clock,
    metrics,
    log,
    mapping,
    outbound,
    mqtt = {},
    mqttDoor,
    url = () => undefined,
    nameOf = (id) => id,
  } = deps;
  const { policy = openPolicy } = deps;
  const sources = sourceRegistry(city.lawPack);
  for (const source of mapping?.sources ?? []) sources.declare(source);
  // Asked only when a feed has said something: by then the timetables are there.
  const timetableOf = (source: string) => timetables.timetables.of(source);
  const live = { board: realtimeBoard({ clock, timetableOf }), timetableOf };
  const health = sourceHealth({ sources, clock, metrics, realtimeOf: (source) => live.board.reports(source) });
  const retention = retentionOf(() => sources.list());
  // A device that fell silent before this start has no say in how long its values are kept.
  const given = [...(mapping?.mappings ?? []), ...(mapping?.feeds ?? [])];
  for (const { source, types } of given) retention.note(source, types);
  const recording: Broker = {
    ...broker,
    async record(who, tenant, readings, cause, rows) {
      const result = await broker.record(who, tenant, readings, cause, rows);
      let noted: readonly string[] | undefined;
      for (const { type } of readings) {
        if (type !== noted && cause.source !== undefined) retention.note(cause.source, type);
        noted = type;
      }
      return result;
    },
  };
  const queue = intake({ broker: recording, health, metrics, log });
  const received = reception({ mappings: mapping?.mappings ?? [], health, intake: queue, clock });
  const embedded =
    mqtt === false ? undefined : mqttBroker({ options: mqtt, door: mqttDoor, reception: received, metrics, log });
  const feeds =
    outbound === undefined
      ? undefined
      : liveFeeds({
          definitions: mapping?.feeds ?? [],
          broker,
          intake: queue,
          health,
          city,
          transit: live,
          outbound,
          clock,
          metrics,
          log,
        });
  const timetables = transit({
    broker: recording,
    rows: deps.rows,
    files: deps.files,
    site,
    clock,
    log,
    timeZone: city.timeZone,
    isSimulated: (source) => sources.find(source)?.simulated === true,
    realtime: live.board,
  });
  const parse = (bytes: Uint8Array, name: string): MappingFile =>
    parseMappingFile(bytes, name, Object.keys(decoders), feedKinds);
  const remembered = rememberedMappings({ broker, rows: deps.rows, clock, parse });
  const uploads =
    deps.uploads === undefined
      ? undefined
      : openUploads({
          directory: deps.uploads,
          clock,
          newId: randomId,
          ...(deps.scanUploads !== undefined && { scan: commandScan(deps.scanUploads) }),
        });
  const imports = fileImports({
    broker: recording,
    rows: deps.rows,
    clock,
    log,
    sources,
    health,
    remembered,
    mapping,
    timetables: timetables.door,
    openFile: (file, options) => openImport(file, { ...options, box: city.bbox }),
  });
  /** Sources of files that were imported once are declared as long as their values are here. */
  const declareRemembered = async (): Promise<void> => {
    for (const { source } of await remembered.list()) {
      if (sources.find(source)) continue;
      try {
        const file = await remembered.get(source);
        for (const declared of file.sources) sources.declare(declared);
        for (const { types } of [...file.mappings, ...file.feeds]) retention.note(source, types);
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        log.warn('a remembered source is not declared', { source, why: error.message });
      }
    }
  };
  let ports: MqttPorts = {};

  return {
    name: 'ingest',
    streams: [/^\/imports$/],
    api: ingestApi,
    access: ingestAccess,
    routes: (app) => {
      ingestRoutes(app, {
        sources,
        health,
        reception: received,
        site,
        timeZone: city.timeZone,
        policy,
        here: () => ({
          url: url() ?? '',
          mqtt: mqtt === false ? undefined : mqttAddress(ports, mqtt.host, url()),
          center: [Number(city.center[0].toFixed(5)), Number(city.center[1].toFixed(5))],
        }),
      });
      acceptanceRoutes(app, { broker, sources, health, site, clock, timeZone: city.timeZone, nameOf });
      importRoutes(app, { imports, log });
      timetables.routes(app);
      if (site && uploads) {
        const preparation = filePreparation({ city, imports, uploads, sources, remembered, parse });
        importPageRoutes(app, { site, imports, uploads, preparation, sources, timeZone: city.timeZone, log });
      }
    },
    navigation: (language, who) => [
      ...timetables.navigation(language, who),
      { href: '/sources', text: ingestWords(language)('title') },
    ],
    home: (context) => Promise.resolve(homePart(health.reports(), context)),
    importFile: (options) => imports.run(options),
    preview: (options, limit) => imports.preview(options, limit),
    imports: {
      ...imports,
      async prune() {
        await uploads?.sweep();
        return (await timetables.prune()) + (await imports.prune());
      },
    },
    remembered,
    suggest: (file, about) => suggestedMapping(file, { ...about, city }),
    declare: (source) => sources.declare(source),
    async accept(sourceId, readings) {
      const source = sources.get(sourceId);
      const now = clock.now();
      health.seen(sourceId, now);
      const taken: Taken[] = readings.map((reading) => ({
        reading: { ...reading, simulated: source.simulated },
        observedMs: newestInstant(reading) ?? now,
        flagged: false,
      }));
      const result = await queue.submit(sourceId, source.kind, sourceId, taken);
      if (result.refused) throw new Problem(result.refused.kind, result.refused.message, result.refused.field);
    },
    reports: () => health.reports(),
    retention: () => retention.rules(),
    health,
    startFeeds: () => feeds?.start(),
    stopFeeds: () => feeds?.stop() ?? Promise.resolve(),
    mqttPorts: () => ports,
    commands: embedded?.commands,
    async start() {
      await declareRemembered();
      await restoreLastAccepted(broker, given, health);
      await imports.start();
      await timetables.start();
      if (embedded) ports = await embedded.start();
    },
    async stop() {
      await imports.close();
      await embedded?.stop();
      await queue.close();
      await timetables.stop();
    },
  };
}

/** Where devices connect: over TLS where that is spoken, by the name that stands in the certificate. */
function mqttAddress({ port, tlsPort }: MqttPorts, host = '127.0.0.1', url = 'http://127.0.0.1'): Here['mqtt'] {
  const { hostname } = new URL(url);
  if (tlsPort !== undefined) return { host: hostname, port: tlsPort, tls: true };
  if (port === undefined) return undefined;
  return { host: isAnyAddress(host) ? hostname : host, port, tls: false };
}

const isAnyAddress = (host: string): boolean => host === '0.0.0.0' || host === '::';

function newestInstant(reading: Reading): number | undefined {
  let newest: number | undefined;
  for (const name in reading.attrs) {
    for (const { observedAt } of reading.attrs[name] ?? []) {
      const at = observedAt === undefined ? Number.NaN : Date.parse(observedAt);
      if (!Number.isNaN(at) && at > (newest ?? -Infinity)) newest = at;
    }
  }
  return newest;
}

export type { FeedDefinition, FeedKind } from './feeds/feed.ts';
export type { ImportItem, OpenedFile } from './importing/importer.ts';
export type { MqttDoor, MqttOptions } from './mqtt.ts';
export type { MqttPorts } from './mqtt-ports.ts';
export type { MqttCommands } from './mqtt-commands.ts';
export type { ImportNote } from './importing/notes.ts';
export type { Remark } from './importing/remark.ts';
export type { ImportProgress } from './importing/engine.ts';
export type { FileOptions, ImportOptions, ImportReport, ImportView, Preview } from './importing/views.ts';
export type { ImportCounts, ImportState, UndoOutcome } from './importing/tables.ts';
export { play, type PlayOptions, type PlayReport } from './play.ts';
export { joinMappingFiles, sourceAttribute, statusAttribute } from './mapping/index.ts';
export type { MappingFile } from './mapping/index.ts';
export type { Connection, Source, SourceHealth, SourceReport, SourceState } from './schema.ts';
