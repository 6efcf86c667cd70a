/** Who comes to a city and what they may do: accounts, policy, and the pages of both. `platform.ts` knows trust by this file. */
import { join } from 'node:path';
import type { Clock } from './base/clock.ts';
import type { Log } from './base/log.ts';
import type { Metrics } from './base/metrics.ts';
import type { City } from './city/index.ts';
import type { LogSettings } from './cityLog.ts';
import { openCityRetention } from './cityRetention.ts';
import {
  accessOf,
  authenticateNobody,
  type Authenticate,
  type Guard,
  type Module,
  type Outbound,
  type Principal,
} from './http/index.ts';
import type { Ingest, MqttDoor } from './ingest/index.ts';
import type { Store, Writer } from './store/index.ts';
import {
  accountEntry,
  anchorsIn,
  anchorsSql,
  identityPages,
  isAdministrator,
  openIdentity,
  openPolicies,
  openPolicy,
  policyExplorer,
  readOidcSettings,
  openVault,
  retentionPages,
  vaultPages,
  type Identity,
  type Policies,
  type Policy,
  type Present,
  type Retention,
  type Transparency,
  type Vault,
} from './trust/index.ts';
import type { Settings } from './platform.ts';
import type { NavigationEntry, Site } from './ui/index.ts';

export type TrustSettings = LogSettings & {
  /** Default off: whoever reaches this machine may do everything, and nobody else reaches it. */
  readonly auth?: 'on' | 'off';
  /** Where people reach the city, without a path: `https://data.khujand.tj`. Default: where the server listens. */
  readonly publicUrl?: string;
  /** Directory of the city's own policies; default: `policies` in the data directory. It need not be there. */
  readonly policies?: string;
  /** File about the provider that people may sign in with, beside the city's own accounts. */
  readonly oidc?: string;
  /** File of the vault's key; default: beside the data directory. */
  readonly vaultKey?: string;
};

/** For the command line, which makes the first accounts. */
export type CityPeople = {
  readonly identity: Identity;
  /** Where people reach the city; undefined where nobody does. */
  readonly publicUrl: string | undefined;
  /** Accounts are asked for, and nobody can give any. */
  readonly needsAdministrator: boolean;
  /** Absent where nothing is served. */
  readonly vault: Vault | undefined;
  readonly retention: Retention | undefined;
};

export type CityTrust = {
  readonly isOn: boolean;
  /** There, too, while nobody is asked for an account. */
  people(url: string): CityPeople;
  readonly policy: Policy;
  readonly guard: Guard;
  /** What those who did something earlier may do now. */
  readonly present: Present;
  /** Who may connect by MQTT; absent: whoever reaches it. */
  readonly mqttDoor?: MqttDoor;
  /** For the head of each page; absent: nobody signs in. */
  readonly account?: Site['account'];
  /** Of an account, as it is shown. */
  readonly nameOf: (id: string) => string;
  /** Accounts of those who do work orders, as they are shown; none while nobody is asked for one. */
  readonly crews: () => readonly { readonly id: string; readonly name: string }[];
  modules(site: Site, outbound: Outbound, metrics: Metrics, url: () => string): readonly Module[];
  /** Entries that `who` may open. */
  navigation(modules: readonly Module[], language: string, who: Principal): readonly NavigationEntry[];
  /** From here on the log is told of rights. */
  start(
    transparency: Transparency | undefined,
    writer: Writer,
    /** How long values of types are kept, as their sources declare. */
    history: () => ReturnType<Ingest['retention']>,
  ): Promise<void>;
  stop(): Promise<void>;
};

/** What was only seen is written so often. */
const flushMs = 60_000;

type PolicyFiles = Pick<TrustSettings, 'policies'> & { readonly data: string };
const readPolicies = ({ policies, data }: PolicyFiles): Promise<Policies> =>
  openPolicies({ directory: policies ?? join(data, 'policies') });

/**
 * The policies, where people need accounts: to be read before the data is touched.
 * @throws Problem bad-data that lists every fault: `file:line: reason`
 */
export const openCityPolicies = async (
  settings: Pick<TrustSettings, 'auth'> & PolicyFiles,
): Promise<Policies | undefined> => (settings.auth === 'on' ? readPolicies(settings) : undefined);

/**
 * Who was erased since a backup was made is erased again here, before anything is served.
 * @throws Problem not-supported, bad-data: `trust.db`, the vault, its key or a setting cannot be used
 */
export async function openCityTrust(
  settings: TrustSettings & Pick<Settings, 'data' | 'tls' | 'housekeeping'>,
  deps: {
    readonly store: Pick<Store, 'directory' | 'rows'>;
    readonly city: Pick<City, 'name' | 'lawPack' | 'districts'>;
    readonly clock: Clock;
    readonly log: Log;
    /** What `openCityPolicies` gave. */
    readonly policies: Policies | undefined;
    readonly policy?: Policy;
    readonly authenticate?: Authenticate;
  },
): Promise<CityTrust> {
  const { store, city, clock, log } = deps;
  const { auth = 'off', publicUrl, oidc, tls, housekeeping = true } = settings;
  const { vaultKey = `${store.directory.path}.key` } = settings;
  const isOn = auth === 'on';
  const provider = oidc === undefined ? undefined : readOidcSettings(oidc);
  const secure = publicUrl === undefined ? tls !== undefined : publicUrl.startsWith('https:');
  let opened = deps.policies && Promise.resolve(deps.policies);
  /** Nobody waits for them as long as nobody is asked for an account. */
  const policies = (): Promise<Policies> => (opened ??= readPolicies(settings));
  const policy = deps.policy ?? deps.policies ?? openPolicy;
  const vault = housekeeping
    ? await openVault({ path: store.directory.vault, keyFile: vaultKey, policy, clock })
    : undefined;
  const identity = openIdentity({
    path: store.directory.trust,
    clock,
    secure,
    cityNames: Object.values(city.name),
    districts: city.districts.map(({ id }) => id),
    onNoteFailed: (error) => log.warn('the log could not be told of a change of rights', { error: String(error) }),
  });
  const guard: Guard = {
    authenticate: deps.authenticate ?? (isOn ? identity.authenticate : authenticateNobody),
    permits: (who, action, resource) => policy.permits(who, action, resource),
  };
  const nameOf = shownName(identity);
  const timer = setInterval(() => {
    identity.flush();
    void identity.notes.flush();
  }, flushMs);
  timer.unref();
  let access: ReturnType<typeof accessOf> | undefined;
  let retention: Retention | undefined;
  let historyRules: () => ReturnType<Ingest['retention']> = () => [];
  return {
    isOn,
    people: (url) => ({
      identity,
      vault,
      retention,
      publicUrl: publicUrl ?? (housekeeping ? url : undefined),
      needsAdministrator: isOn && !identity.accounts.list().some(isAdministrator),
    }),
    policy,
    guard,
    present: isOn ? identity.present : (earlier) => earlier,
    nameOf,
    crews: () => (isOn ? crewsOf(identity, policy) : []),
    ...(isOn && { account: accountEntry(identity), mqttDoor: mqttDoorOf(identity, policy) }),
    modules(site, outbound, metrics, url) {
      const { permits } = guard;
      const common = { identity, site, clock, log, metrics, outbound, permits, ...(provider && { oidc: provider }) };
      return [
        policyExplorer({ policies, inForce: isOn, site }),
        ...(isOn ? [identityPages({ ...common, publicUrl: () => publicUrl ?? url() })] : []),
        ...(vault
          ? [
              vaultPages({
                vault,
                site,
                permits,
                nameOf,
                anchors: async () => anchorsIn(await store.rows.all(anchorsSql)),
              }),
            ]
          : []),
        ...(retention ? [retentionPages({ retention, site, history: () => historyRules() })] : []),
      ];
    },
    navigation(modules, language, who) {
      const known = (access ??= accessOf(modules));
      return modules
        .flatMap((module) => module.navigation?.(language, who) ?? [])
        .filter(({ href }) => guard.permits(who, known.get(`GET ${href}`) ?? 'viewPublic'));
    },
    async start(transparency, writer, history) {
      if (!transparency) return;
      await identity.notes.tell((type, id, record) => transparency.note(type, id, record));
      if (vault) {
        await vault.tellLog((type, id, record) => transparency.note(type, id, record));
        retention = await openCityRetention({ store, writer, clock, city, identity, vault, transparency });
        historyRules = history;
      }
      if (!isOn) return;
      const { version, files } = await policies();
      const hashes = Object.fromEntries(files.map(({ name, hash }) => [name, hash]));
      await transparency.note('policy', 'city', { version, files: hashes });
    },
    async stop() {
      clearInterval(timer);
      await identity.notes.flush();
      identity.close();
      await vault?.close();
    },
  };
}

const mqttDoorOf = (identity: Identity, policy: Policy): MqttDoor => ({
  enter(username, password) {
    const who = identity.authenticateDevice(username, password);
    if (!who) return undefined;
    const stays = (): boolean => identity.deviceStays(username, who);
    return {
      id: who.id,
      stays,
      permits: (action, id) => stays() && policy.permits(who, action, { type: 'Topic', id }),
    };
  },
});

const crewsOf = ({ accounts }: Identity, policy: Policy) =>
  accounts
    .list()
    .filter(({ id, kind, roles, disabled }) => !disabled && policy.permits({ id, kind, roles }, 'doOrders'))
    .map(({ id, displayName }) => ({ id, name: displayName }));

/** Of an account, as those see it who may know who asked. */
const shownName =
  ({ accounts }: Identity) =>
  (id: string): string => {
    try {
      return accounts.get(id).displayName;
    } catch {
      return id;
    }
  };
