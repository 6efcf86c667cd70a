/**
 * Wires one city, bottom up: stores, broker, history, modules, doors. The only file besides `main.ts` and `cli/` that
 * knows everybody.
 */
import { join } from 'node:path';
import { systemClock, type Clock } from './base/clock.ts';
import type { Log } from './base/log.ts';
import { createMetrics, type Metrics } from './base/metrics.ts';
import { watchProcess } from './base/process.ts';
import {
  brokerModule,
  pages,
  createBroker,
  contextTable,
  hitDerivation,
  modelTable,
  openContexts,
  openLibrary,
  openLive,
  openTenants,
  tenantTable,
  openSubscriptions,
  subscriptionPages,
  subscriptionTables,
  openModels,
  tileService,
  transient,
  typeWord,
  type Broker,
  type DownloadOptions,
  type Models,
} from './broker/index.ts';
import { chooseCity, keepProfile, searchOf, type City, type CitySearch } from './city/index.ts';
import { about as aboutCity, aboutLink } from './about/index.ts';
import { logRestMs, openCityLog } from './cityLog.ts';
import { openOperations, operationsIslands, operationsTables } from './cityOperations.ts';
import { mqttOf, type MqttSettings } from './cityMqtt.ts';
import { cityRoutes } from './cityRoutes.ts';
import { openCityPolicies, openCityTrust, type CityPeople, type TrustSettings } from './cityTrust.ts';
import { openFollowers } from './cityFollowers.ts';
import { developers, developersLink } from './developers/index.ts';
import { startHousekeeping } from './housekeeping.ts';
import about from '../package.json' with { type: 'json' };
import {
  type Action,
  type Authenticate,
  accessOf,
  createApp,
  listen,
  openCertificate,
  openEndpoints,
  outbound,
  type CertificateFiles,
  type DoorSettings,
  type HttpServer,
  type Module,
} from './http/index.ts';
import { ingest, ingestTables, joinMappingFiles, loadMapping, type Ingest } from './ingest/index.ts';
import { sampleActuators } from './sampleActuators.ts';
import { runSampleCity, sampleCityTable } from './sampleCity.ts';
import { openHistory, openStore, profileIn, readFormat, startHistory, type Store } from './store/index.ts';
import type { HistoryStore } from './store/ports.ts';
import {
  leafTable,
  logIslands,
  retentionTables,
  signOnIslands,
  transparencyLog,
  trustLinks,
  versionTable,
  type Policy,
} from './trust/index.ts';
import { buildAssets, createSite, kitRoutes } from './ui/index.ts';
import { utilitiesModule } from './utilities/index.ts';

export type Settings = TrustSettings &
  DoorSettings &
  MqttSettings & {
    /** The data directory: the city. */
    readonly data: string;
    /**
     * A city profile (directory or file), or the id of a shipped one. Without it, and without `demo`, the one that the data
     * directory remembers; one that remembers none is an empty city.
     */
    readonly city?: string;
    /** The invented sample city with its simulator. */
    readonly demo: boolean;
    /** See `openLibrary`. */
    readonly contexts?: string;
    /** Whether @contexts that are not here are asked for elsewhere; absent: never. */
    readonly contextDownloads?: DownloadOptions;
    /** `HOST` or `HOST:PORT` of the own network that subscriptions may have notified; this machine may always be. */
    readonly allowEndpoint?: readonly string[];
    /** Mapping files of `ingest/`. */
    readonly mappings: readonly string[];
    readonly historyMemoryMb: number;
    /** Values of the past in one answer of the temporal API. */
    readonly temporalPage: number;
    /** Program that looks at uploaded files; see `commandScan`. */
    readonly scanUploads?: string;
    /** With it the pages and APIs are served over TLS only. */
    readonly tls?: CertificateFiles;
    /**
     * False for a command that opens the directory to look or to import: what time does to the data waits for `serve`, and
     * so do live feeds.
     */
    readonly housekeeping?: boolean;
  };

export type Platform = CityPeople & {
  readonly url: string;
  readonly mqttPort: number | undefined;
  readonly mqttsPort: number | undefined;
  readonly city: City;
  readonly broker: Broker;
  readonly ingest: Ingest;
  readonly models: Models;
  readonly store: Store;
  readonly history: HistoryStore;
  readonly metrics: Metrics;
  /** What each route does; who may do that, the policy says. */
  readonly access: ReadonlyMap<string, Action>;
  /** Resolves with the reason when the journal can no longer be written: the process has to end. */
  readonly broken: Promise<Error>;
  /** Stops taking, finishes what was taken, syncs, closes. */
  stop(): Promise<void>;
};

/** Followers read this many records at a time from the journal. */
const historyBatch = 5000;

/**
 * Opens the data directory and serves the city; resolves when every door is open.
 * @throws Problem when the directory, the profile, a mapping or a context cannot be used; Error of node:net (EADDRINUSE)
 */
export async function openPlatform(
  settings: Settings,
  deps: { log: Log; clock?: Clock; policy?: Policy; authenticate?: Authenticate },
): Promise<Platform> {
  const { log, clock = systemClock } = deps;
  const metrics = createMetrics();
  watchProcess(metrics);
  // What can be refused without touching the data is looked at first.
  const { city, profile, files } = chooseCity(
    settings,
    (await readFormat(settings.data))?.profile,
    profileIn(settings.data),
  );
  const library = openLibrary(settings.contexts);
  const certificate = settings.tls && (await openCertificate(settings.tls, { log, metrics, clock }));
  const mapping = joinMappingFiles(await Promise.all(settings.mappings.map((path) => loadMapping(path))));
  const policies = await openCityPolicies(settings);

  /** Undone in reverse, on stop and when something further up cannot be opened. */
  const undo: (() => Promise<void>)[] = [async () => certificate?.close()];
  const unwind = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const fatal = Promise.withResolvers<Error>();
    const store = await openStore({
      directory: settings.data,
      ...(profile && { profile }),
      clock,
      log,
      metrics,
      tables: [
        tenantTable,
        sampleCityTable,
        contextTable,
        modelTable,
        ...ingestTables,
        ...subscriptionTables,
        versionTable,
        leafTable,
        ...retentionTables,
        ...operationsTables,
      ],
      derivation: hitDerivation,
      onFatal: (error) => {
        log.error('the journal cannot be written', { error: String(error) });
        fatal.resolve(error);
      },
    });
    undo.push(() => store.close());
    if (files) keepProfile(store.directory.profile, files);
    const trust = await openCityTrust(settings, { ...deps, policies, store, city, clock });
    undo.push(() => trust.stop());
    const { policy, guard } = trust;
    const tenants = await openTenants({ rows: store.rows, writer: store.writer, policy });
    const { writer } = tenants;
    const history = await openHistory({
      directory: store.directory.history,
      clock,
      log,
      metrics,
      memoryMb: settings.historyMemoryMb,
      tempDirectory: store.directory.tmp,
    });
    undo.push(() => history.close());

    const followers = openFollowers({ journal: store.journal, writer, log, metrics });
    undo.push(
      await startHistory({
        history,
        follow: followers.follow,
        batch: historyBatch,
        onGap: ({ count }) => followers.missed('history', count),
      }),
    );
    let server: HttpServer | undefined;
    const others = outbound({ version: about.version, clock, metrics });
    const contexts = await openContexts(
      { library, writer, rows: store.rows, outbound: others, clock, metrics, url: () => server?.url ?? '' },
      settings.contextDownloads ?? { allowed: false, hosts: [] },
    );
    const models = await openModels({ writer, rows: store.rows, contexts, outbound: others, clock, metrics });
    const broker = createBroker({
      writer,
      state: store.state,
      history,
      caughtUp: (seq) => followers.all.get('history')?.reached(seq) ?? Promise.resolve(),
      follow: followers.follow,
      policy,
      models,
    });
    const transparency =
      settings.housekeeping === false ? undefined : await openCityLog(store, writer, city, settings, clock);
    if (transparency)
      undo.push(followers.follow('log', (records, gap) => transparency.follow(records, gap), { restMs: logRestMs }));
    await trust.start(transparency, writer, () => ingestion.retention());
    const live = openLive({ broker, writer, metrics });
    // The navigation is asked when a page is made: by then every module is there.
    const site = createSite({
      city,
      clock,
      assets: await buildAssets({ ...logIslands, ...signOnIslands, ...operationsIslands }),
      navigation: (language, who) => trust.navigation(modules, language, who),
      ...(trust.account && { account: trust.account }),
      footer: (language) => [aboutLink(language), ...trustLinks(language), developersLink(language)],
    });
    const subscriptions = openSubscriptions({
      rows: store.rows,
      writer,
      broker,
      contexts,
      tenants,
      // Without accounts whoever reaches us sits at this machine.
      endpoints: openEndpoints(
        { version: about.version, clock },
        { allowed: settings.allowEndpoint ?? [], loopback: !trust.isOn },
      ),
      policy,
      present: trust.present,
      clock,
      log,
      metrics,
    });
    undo.push(() => subscriptions.stop());
    const shared = { broker, rows: store.rows, city, site, clock, log, metrics };
    const ingestion = ingest({
      ...shared,
      policy,
      files: store.files,
      mapping,
      uploads: join(store.directory.path, 'uploads'),
      ...(settings.scanUploads !== undefined && { scanUploads: settings.scanUploads }),
      outbound: others,
      url: () => settings.publicUrl ?? server?.url,
      mqttDoor: trust.mqttDoor,
      nameOf: trust.nameOf,
      mqtt: mqttOf(settings, certificate),
    });

    const actuators = profile?.from === 'sample' ? sampleActuators(city, { clock, log }) : undefined;
    const operations = openOperations({
      ...shared,
      files: store.files,
      nameOf: trust.nameOf,
      crews: trust.crews,
      permits: guard.permits,
      url: () => settings.publicUrl ?? server?.url ?? '',
      sample: profile?.from === 'sample',
      outbound: others,
      allowed: settings.allowEndpoint ?? [],
      topics: [actuators?.door, ingestion.commands].filter((door) => door !== undefined),
      retain: (kind) => trust.people('').retention?.register(kind),
      follows: settings.housekeeping !== false,
    });

    let ready = false;
    let search: Promise<CitySearch> | undefined;
    const brokerPages = pages({
      site,
      broker,
      live,
      search: () => (search ??= searchOf(city)),
      home: (context) =>
        Promise.all(modules.flatMap((module) => (module.home === undefined ? [] : [module.home(context)]))),
      thing: async (context) =>
        (await Promise.all(modules.flatMap(({ thing }) => (thing ? [thing(context)] : [])))).flat(),
    });
    const modules: Module[] = [
      brokerModule({
        broker,
        live,
        writer,
        policy,
        contexts,
        tenants,
        models,
        subscriptions,
        temporalPage: settings.temporalPage,
        tiles: tileService({
          city,
          broker,
          live,
          urgent: brokerPages.urgent,
          typeWord,
          now: () => clock.now(),
        }),
        log,
        metrics,
        describe: brokerPages.describe,
      }),
      {
        name: 'ui',
        access: { 'GET /assets/*': 'viewPublic', 'GET /theme': 'viewPublic', 'GET /console/kit': 'viewPublic' },
        routes: (app) => {
          site.routes(app);
          kitRoutes(app, site);
        },
      },
      brokerPages,
      subscriptionPages({ site, subscriptions, tenants }),
      ingestion,
      ...operations.modules,
      utilitiesModule({ broker, site }),
      aboutCity({ city, site }),
      developers({
        site,
        models,
        version: about.version,
        routes: () => modules.flatMap(({ api = [] }) => api),
      }),
      ...(transparency ? [transparencyLog({ transparency, site })] : []),
      ...trust.modules(site, others, metrics, () => server?.url ?? ''),
      cityRoutes({ city, mqttPorts: () => ingestion.mqttPorts() }),
    ];
    const app = createApp({ modules, log, metrics, isReady: () => ready, page: site.problem, guard });
    for (const module of modules) {
      if (module.stop) undo.push(module.stop);
      await module.start?.();
    }
    const door = { settings, ...(certificate && { certificate }), loopbackOnly: !trust.isOn };
    server = await listen({ ...door, app, modules, guard, log, metrics });
    undo.push(() => server.close());
    if (settings.housekeeping !== false) {
      undo.push(transient({ state: store.state, writer, metrics, log }).start());
      undo.push(
        startHousekeeping({
          store,
          history,
          ingest: ingestion,
          followers: followers.all,
          ...trust.people(''),
          clock,
          log,
        }),
      );
    }
    if (actuators && settings.housekeeping !== false)
      undo.push(
        await runSampleCity({
          ...shared,
          ingest: ingestion,
          actuators,
          offer: (points) => operations.control.offer(points),
        }),
      );
    ready = true;
    if (settings.housekeeping !== false) {
      await subscriptions.start();
      ingestion.startFeeds();
      undo.push(() => ingestion.stopFeeds());
    }
    const { port: mqttPort, tlsPort: mqttsPort } = ingestion.mqttPorts();
    log.info('the city is served', { city: city.id, url: server.url, mqttPort, mqttsPort });
    return {
      url: server.url,
      mqttPort,
      mqttsPort,
      city,
      broker,
      ingest: ingestion,
      models,
      ...trust.people(server.url),
      store,
      history,
      metrics,
      access: accessOf(modules),
      broken: fatal.promise,
      stop: unwind,
    };
  } catch (error) {
    await unwind();
    throw error;
  }
}
