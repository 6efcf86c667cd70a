/** Limits on how often one may ask: by address who has not signed in, by account, key or device who has. */
import type { IncomingMessage } from 'node:http';
import type { Metrics } from '../base/metrics.ts';
import type { Principal } from './principal.ts';
import { TooOften } from './problems.ts';
import { openRates, type Rates } from './rates.ts';

export type Limits = {
  /**
   * @param who undefined: it proved badly who it is
   * @throws TooOften
   */
  demand(request: Pick<IncomingMessage, 'method' | 'url'>, address: string, who: Principal | undefined): void;
};

/**
 * Tokens in a full bucket, and how many come back in a second. Generous: many residents share one address of a mobile
 * network, and a map asks for fifty tiles at once.
 */
export const rateSizes = {
  address: { capacity: 1_000, perSecond: 100 },
  account: { capacity: 1_000, perSecond: 100 },
  key: { capacity: 2_000, perSecond: 200 },
  device: { capacity: 500, perSecond: 50 },
  telemetry: { capacity: 20_000, perSecond: 2_000 },
} as const;
type Bucket = keyof typeof rateSizes;

/** Of one kind: 100 bytes each. */
const keysMax = 100_000;
/** A proof that fails is a guess. */
export const failedProofCost = 20;

const bucketOf: Readonly<Record<Principal['kind'], Bucket>> = {
  anonymous: 'address',
  person: 'account',
  service: 'key',
  device: 'device',
  system: 'key',
};

/** @param options factor: 2 allows everybody twice as much, 0 as much as they like; now: milliseconds */
export function openLimits(options: {
  readonly factor: number;
  readonly metrics: Metrics;
  readonly now?: () => number;
}): Limits {
  const { factor, metrics, now = () => performance.now() } = options;
  const refused = metrics.counter('chorsu_rate_limited_total', 'Requests refused because somebody asks too often');
  const rates = Object.fromEntries(
    Object.entries(rateSizes).map(([name, { capacity, perSecond }]) => [
      name,
      openRates({ capacity: capacity * factor, perSecond: perSecond * factor, now, keysMax }),
    ]),
  ) as Record<Bucket, Rates>;
  metrics.gauge('chorsu_rate_keys', 'Addresses, accounts, keys and devices whose rate is remembered', () =>
    Object.entries(rates).map(([by, one]) => ({ labels: { by }, value: one.size() })),
  );
  return {
    demand({ method = 'GET', url = '/' }, address, who) {
      if (factor === 0) return;
      const nobody = who === undefined || who.kind === 'anonymous';
      const bucket = nobody ? 'address' : sendsReadings(method, url) ? 'telemetry' : bucketOf[who.kind];
      const cost = who === undefined ? failedProofCost : costOf(method, url);
      const wait = rates[bucket].take(nobody ? networkOf(address) : who.id, cost);
      if (wait === 0) return;
      refused.add(1, { by: bucket });
      throw new TooOften(nobody ? 'too many requests from this address' : 'too many requests', wait);
    },
  };
}

const isRead = (method: string): boolean => method === 'GET' || method === 'HEAD';

const sendsReadings = (method: string, url: string): boolean =>
  !isRead(method) && (url.startsWith('/api/ingest/') || url.startsWith('/ngsi-ld/'));

/** What a request costs whoever asks it; what makes the city work is dearer than a page. */
function costOf(method: string, url: string): number {
  if (url.startsWith('/assets/')) return 0.1;
  if (!isRead(method)) return 1;
  if (url.startsWith('/api/tiles/')) return 2;
  if (url.startsWith('/api/search')) return 5;
  if (url.startsWith('/ngsi-ld/v1/temporal')) return 10;
  if (url.startsWith('/api/entities')) return 20;
  return 1;
}

/** Whoever has one IPv6 address has all of its /64: that is what a network gives to one customer. */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  // A socket for both families tells IPv4 addresses in the form of IPv6.
  if (address.includes('.')) return address.replace('::ffff:', '');
  const known = networks.get(address);
  if (known !== undefined) return known;
  if (networks.size >= networksMax) networks.clear();
  const network = firstHalf(address);
  networks.set(address, network);
  return network;
}

const networks = new Map<string, string>();
const networksMax = 10_000;

function firstHalf(address: string): string {
  const [head = '', tail] = address.replace(/%.*$/, '').split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const groups = [...left, ...Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right];
  const numbers = groups.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${numbers.join(':')}::/64`;
}
