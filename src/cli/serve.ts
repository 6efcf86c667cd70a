/** `chorsu serve`: the process that is the city. */
import { BlockList } from 'node:net';
import type { Log } from '../base/log.ts';
import { Problem } from '../base/problem.ts';
import { isNetwork } from '../http/index.ts';
import { inLanguage, type Words } from '../city/profile.ts';
import { command, noWords, type Command, type Terminal } from './command.ts';
import { serveControl, type Deeds } from './control.ts';
import type { Settings } from '../platform.ts';
import {
  choice,
  directory,
  factorOrOff,
  file,
  flag,
  host,
  integer,
  list,
  port,
  portOrOff,
  several,
  text,
  url,
  withDefault,
} from './kinds.ts';
import { stopSignals, type SignalSource } from './signals.ts';
import { WrongUsage } from './usage.ts';

/** What `serve` needs of a running platform. */
export type Served = {
  readonly url: string;
  /** Where people reach it, when that is told. */
  readonly publicUrl?: string | undefined;
  /** Accounts are asked for, and nobody can give any. */
  readonly needsAdministrator?: boolean;
  readonly mqttPort: number | undefined;
  readonly mqttsPort?: number | undefined;
  readonly city: { readonly name: Words; readonly simulated: boolean };
  /** Resolves with the reason when the platform cannot go on: better down than wrong. */
  readonly broken?: Promise<Error>;
  /** Stops taking, finishes what was taken, syncs, closes. */
  stop(): Promise<void>;
};

export type ServeDependencies<P extends Served> = {
  readonly open: (settings: Settings, log: Log) => Promise<P>;
  /** What other commands may ask of the running process. */
  readonly deeds: (platform: P) => Deeds;
  readonly log: (level: 'debug' | 'info' | 'warn' | 'error') => Log;
  readonly signals: SignalSource;
  readonly exitNow: (code: number) => void;
};

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

export const isLoopback = (address: string): boolean =>
  address === 'localhost' || loopback.check(address, address.includes(':') ? 'ipv6' : 'ipv4');

const options = {
  data: withDefault(directory('The data directory: it is the city. Made when it is not there.'), './data/city'),
  port: withDefault(port('Port of the pages and APIs; 0 takes a free one.'), 8080),
  host: withDefault(host('Address to listen on. Any other than a loopback address needs --auth on.'), '127.0.0.1'),
  city: file(
    'City profile: the directory that chorsu init made, its city.json, or the id of a shipped one (chorsu init --list). ' +
      'Without it, the city that the data directory was served as before; a new directory is an empty city.',
  ),
  demo: flag('Serve Namuna, the invented sample city, with its simulator. Everything in it is simulated.'),
  auth: choice(['on', 'off'])(
    'Whether people and programs need accounts (chorsu user, chorsu token). "off" lets whoever reaches this machine do ' +
      'everything, and needs loopback addresses. Default: off on loopback addresses, on elsewhere.',
  ),
  publicUrl: url(
    'http:',
    'https:',
  )(
    'Where people reach the city, without a path, such as https://data.khujand.tj. Requests for other names are refused.',
  ),
  oidc: file(
    'OpenID Connect provider that people may sign in with: a JSON file, { "issuer", "clientId", "clientSecretFile", "label", ' +
      '... }. Nothing is asked of it before somebody wants to sign in.',
  ),
  plainHttp: withDefault(
    choice(['on', 'off'])(
      'Unsafe: allows --public-url with http off this machine, so that whoever is on the way reads passwords.',
    ),
    'off',
  ),
  policies: directory(
    "Directory of the city's own policies: Cedar files and groups.json. Default: policies in the data directory, if it is there.",
  ),
  contexts: directory(
    'Directory of JSON-LD contexts. Its index.json, { "URL": "file", ... }, says which file stands for which URL; without ' +
      'one, a file stands for every URL that ends in its name.',
  ),
  contextDownloads: withDefault(
    choice(['on', 'off'])(
      'Whether a JSON-LD context that a client names, and that is not here, is downloaded and kept. Public addresses only.',
    ),
    'on',
  ),
  contextHosts: list('HOST[:PORT],...')('Hosts of the own network that contexts may be downloaded from.'),
  allowEndpoint: list('HOST[:PORT],...')(
    'Hosts of the own network that subscriptions may have notified; this machine may always be.',
  ),
  logKey: file(
    'Private key of the transparency log; made when it is not there. Default: the data directory with .log.key.',
  ),
  vaultKey: file(
    'Key of the vault; made with it. Without it nobody can read the vault, and no backup holds it. Default: the data directory with .key.',
  ),
  witness: several(text('KEY'))('Key of a witness (chorsu witness prints it) whose signatures of the log are taken.'),
  mqttPort: portOrOff(
    'Port of the MQTT broker, where passwords of devices can be read on the way; 0 takes a free one, off opens none. ' +
      'Default: 1883, and off with --mqtts-port.',
  ),
  mqttsPort: port(
    'Port of the MQTT broker over TLS, with the certificate of --tls-cert; 0 takes a free one. Default: none.',
  ),
  mqttHost: withDefault(host('Address of the MQTT broker. The same rule as for --host.'), '127.0.0.1'),
  mapping: several(file)('Mapping of a source: which topics and payloads become which values.'),
  historyMemory: withDefault(integer(64, 1_048_576, 'MB')('Memory that queries of history may use.'), 512),
  temporalPage: withDefault(
    integer(
      2,
      1_000_000,
      'VALUES',
    )('Values of the past in one answer of the NGSI-LD API; what is longer is answered in parts, with 206.'),
    20_000,
  ),
  rateLimit: factorOrOff(
    'How often one may ask and send, of what is usual for an address, an account, a key and a device: 2 allows twice as much. ' +
      'Default: 1; without accounts there is no limit.',
  ),
  tlsCert: file(
    'Certificate in PEM form, with those that it was signed by: pages and APIs are served over TLS only. Read again when it changes.',
  ),
  tlsKey: file('Private key of --tls-cert in PEM form, without a password.'),
  scanUploads: text('COMMAND')(
    'Program that looks at each file a browser sends, whose path is added as its last argument: 0 takes it, 1 refuses it. ' +
      'For instance "clamdscan --fdpass --no-summary".',
  ),
  trustedProxy: list('ADDRESS[/BITS],...')(
    'Reverse proxies whose X-Forwarded-For and X-Forwarded-Proto are believed. Nobody else’s are.',
  ),
  logLevel: withDefault(
    choice(['debug', 'info', 'warn', 'error'])('How much is logged, as JSON lines on stderr.'),
    'info',
  ),
};

export function serveCommand<P extends Served>(needs: ServeDependencies<P>): Command {
  return command({
    name: 'serve',
    about: 'serves the city that is kept in a data directory',
    details:
      'Starts the pages, the APIs, the MQTT broker and everything that follows the journal. SIGTERM or Ctrl-C stops it: ' +
      'nothing new is taken, what was taken is finished and synced; a second signal ends it at once, which loses nothing ' +
      'that was acknowledged.',
    words: noWords,
    options,
    examples: [
      { line: 'chorsu serve --demo --data ./data/namuna', does: 'The sample city on http://127.0.0.1:8080.' },
      {
        line: 'chorsu serve --data ./data/khujand --city ./khujand --mapping ./khujand/air.json --port 9000',
        does: 'A city of your own, with one source mapped.',
      },
    ],
    act: async (given, _, terminal) => {
      const auth = authOf(given);
      const { publicUrl } = given;
      if (given.demo && given.city !== undefined) throw new WrongUsage('--demo and --city exclude each other');
      const {
        mqttsPort,
        mqttPort = mqttsPort === undefined ? 1883 : 'off',
        mapping,
        historyMemory,
        temporalPage,
        city,
        policies,
        contexts,
        contextHosts = [],
        logKey,
        vaultKey,
        witness,
        allowEndpoint = [],
        rateLimit,
        trustedProxy: trustedProxies,
        tlsCert,
        tlsKey,
        oidc,
        scanUploads,
      } = given;
      if (oidc !== undefined && auth === 'off') throw new WrongUsage('--oidc needs --auth on');
      if ((tlsCert === undefined) !== (tlsKey === undefined))
        throw new WrongUsage('--tls-cert and --tls-key belong together');
      if (mqttsPort !== undefined && tlsCert === undefined)
        throw new WrongUsage('--mqtts-port needs a certificate: --tls-cert and --tls-key');
      if (mqttsPort !== undefined && mqttsPort !== 0 && [mqttPort, given.port].includes(mqttsPort))
        throw new WrongUsage(`--mqtts-port ${mqttsPort} wants a port of its own`);
      for (const proxy of trustedProxies ?? []) {
        if (!isNetwork(proxy)) throw new WrongUsage(`--trusted-proxy wants addresses or networks, not "${proxy}"`);
      }
      const settings: Settings = {
        host: given.host,
        port: given.port,
        ...(auth === 'on' && { auth }),
        ...(publicUrl !== undefined && { publicUrl: new URL(publicUrl).origin }),
        ...(oidc !== undefined && { oidc }),
        mqttHost: given.mqttHost,
        ...(mqttPort !== 'off' && { mqttPort }),
        ...(mqttsPort !== undefined && { mqttsPort }),
        data: given.data,
        ...(city !== undefined && { city }),
        demo: given.demo,
        ...(policies !== undefined && { policies }),
        ...(contexts !== undefined && { contexts }),
        contextDownloads: { allowed: given.contextDownloads === 'on', hosts: contextHosts },
        allowEndpoint,
        ...(logKey !== undefined && { logKey }),
        ...(vaultKey !== undefined && { vaultKey }),
        witnesses: witness,
        mappings: mapping,
        historyMemoryMb: historyMemory,
        temporalPage,
        ...(rateLimit !== undefined && { rateFactor: rateLimit }),
        ...(trustedProxies && { trustedProxies }),
        ...(scanUploads !== undefined && { scanUploads }),
        ...(tlsCert !== undefined && tlsKey !== undefined && { tls: { certificate: tlsCert, key: tlsKey } }),
      };
      return serve(settings, needs, needs.log(given.logLevel), terminal);
    },
  });
}

/**
 * Who is asked for an account, by the addresses that are listened on.
 * @throws WrongUsage when others could come in without one, or passwords would go over a network in the open
 */
function authOf(given: {
  readonly auth: 'on' | 'off' | undefined;
  readonly host: string;
  readonly mqttHost: string;
  readonly publicUrl: string | undefined;
  readonly plainHttp: 'on' | 'off';
}): 'on' | 'off' {
  const { host, mqttHost, publicUrl, plainHttp } = given;
  const others = [
    ['--host', host],
    ['--mqtt-host', mqttHost],
  ].filter(([, address = '']) => !isLoopback(address));
  const [first] = others;
  const auth = given.auth ?? (first ? 'on' : 'off');
  if (auth === 'off' && first)
    throw new WrongUsage(`${first.join(' ')} would serve others without accounts (--auth off); use 127.0.0.1`);
  const { pathname, search, hash, protocol, hostname } = new URL(publicUrl ?? 'http://localhost');
  if (pathname + search + hash !== '/')
    throw new WrongUsage('--public-url has no path: the city is served at the root');
  if (auth === 'on' && !isLoopback(host) && publicUrl === undefined)
    throw new WrongUsage(`--host ${host} needs --public-url: under which address do people reach the city?`);
  if (protocol === 'http:' && !isLoopback(hostname.replace(/^\[|\]$/g, '')) && plainHttp === 'off')
    throw new WrongUsage('--public-url begins with https://; --plain-http on allows http, and passwords can be read');
  return auth;
}

async function serve<P extends Served>(
  settings: Settings,
  needs: ServeDependencies<P>,
  log: Log,
  terminal: Terminal,
): Promise<number> {
  const stop = stopSignals(needs.signals, { now: terminal.now, exitNow: needs.exitNow });
  try {
    const platform = await needs.open(settings, log);
    const control = await serveControl(settings.data, needs.deeds(platform), log);
    try {
      terminal.out(greeting(platform, settings.data));
      const why = await Promise.race([stop.asked, platform.broken ?? new Promise<never>(() => {})]);
      if (why instanceof Error) throw new Problem('internal', `the city cannot be served any longer: ${why.message}`);
      terminal.err(`${why}: finishing what was taken. Once more ends at once.\n`);
    } finally {
      await control.close();
    }
    await platform.stop();
    terminal.err('Stopped; everything acknowledged is on disk.\n');
    return 0;
  } finally {
    stop.release();
  }
}

function greeting(
  { city, url, publicUrl = url, mqttPort, mqttsPort, needsAdministrator }: Served,
  data: string,
): string {
  const { text: name } = inLanguage(city.name, 'en');
  const lines = [`${name}${city.simulated ? ' (an invented city, everything simulated)' : ''}: ${publicUrl}`];
  if (publicUrl !== url) lines.push(`It listens at ${url}`);
  if (mqttPort !== undefined) lines.push(`MQTT: port ${mqttPort}`);
  if (mqttsPort !== undefined) lines.push(`MQTT over TLS: port ${mqttsPort}`);
  if (needsAdministrator === true)
    lines.push(`Nobody is an administrator yet: chorsu user add NAME --role administrator --data ${data}`);
  if (city.simulated) lines.push('Your own city: chorsu init');
  return `${lines.join('\n')}\n`;
}
