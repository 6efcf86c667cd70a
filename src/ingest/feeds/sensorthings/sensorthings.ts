/**
 * A client of OGC SensorThings API 1.1 (18-088): the observations of a neighbour's, a ministry's or a supplier's service,
 * asked for at a regular pace. Things or FeaturesOfInterest become entities, ObservedProperties attributes.
 */
import { isObject } from '../../../base/json.ts';
import { Problem } from '../../../base/problem.ts';
import type { Taken } from '../../mapping/index.ts';
import type { FeedKind, FeedTools } from '../feed.ts';
import { readSecret } from '../fields.ts';
import { polled } from '../polled.ts';
import { readDeclaration, type Declaration } from './declaration.ts';
import { instantOf, readObservation } from './observations.ts';
import { sensorThingsService } from './service.ts';
import { readStream, type Stream } from './streams.ts';

/** Datastreams of one page: each brings its newest observations with it. */
const streamsPerPage = 100;
const observationsPerPage = 1_000;
const streamsMax = 20_000;

export const sensorThings: FeedKind = {
  kind: 'sensorthings',
  compile(at, { expand }) {
    const declared = readDeclaration(at, expand);
    if (!declared) return undefined;
    return {
      kind: 'sensorthings',
      source: declared.source,
      types: [declared.typeIri],
      open(tools) {
        const { host } = new URL(declared.url);
        return polled({ tools, everyS: declared.everyS, from: host, poll: poller(declared, tools, host) });
      },
    };
  },
};

type Place = {
  /** The newest instant that was taken. */
  newestMs: number;
  /** Instants of the last look, so that what was seen is not asked of history again. */
  seen: ReadonlySet<number>;
};

function poller(declared: Declaration, tools: FeedTools, host: string): (signal: AbortSignal) => Promise<void> {
  const { clock } = tools;
  const { newest, filter, entity, username, secret } = declared;
  const places = new Map<string, Place>();
  const service = sensorThingsService({
    url: declared.url,
    outbound: tools.outbound,
    async credentials() {
      if (username === undefined) return {};
      const password = secret === undefined ? '' : await readSecret(secret);
      return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` };
    },
  });
  const feature = entity === 'feature' ? ';$expand=FeatureOfInterest' : '';
  const query = new URLSearchParams({
    $top: String(streamsPerPage),
    $orderby: 'id',
    $expand: [
      'Thing($expand=Locations)',
      'ObservedProperty',
      `Observations($orderby=phenomenonTime desc;$top=${newest}${feature})`,
    ].join(','),
    ...(filter !== undefined && { $filter: filter }),
  });

  /** The observations of a page, those that are new to durable storage. */
  const take = async (found: readonly unknown[], stream: Stream): Promise<void> => {
    const taken: Taken[] = [];
    for (const value of found) {
      const result = readObservation(value, stream, declared, clock.now());
      if (result.reason === undefined) taken.push(result);
      else tools.refuse(result, host);
    }
    await tools.submit(await tools.unknown(taken), host);
  };

  const follow = async (stream: Stream, value: Record<string, unknown>, signal: AbortSignal): Promise<void> => {
    const key = String(stream.id);
    const found = Array.isArray(value['Observations']) ? value['Observations'] : [];
    const instants = found.map((one: unknown) => (isObject(one) ? instantOf(one) : undefined));
    const known = instants.filter((ms) => ms !== undefined);
    const place = places.get(key) ?? (await beginning(stream));
    const oldestMs = Math.min(...known);
    // More came than is looked at each time: the gap is closed page by page, oldest first.
    if (found.length >= newest && Number.isFinite(place.newestMs) && oldestMs > place.newestMs) {
      const since = new URLSearchParams({
        $orderby: 'phenomenonTime asc',
        $top: String(observationsPerPage),
        $filter: `phenomenonTime gt ${new Date(place.newestMs).toISOString()}`,
        ...(entity === 'feature' && { $expand: 'FeatureOfInterest' }),
      });
      const id = typeof stream.id === 'number' ? String(stream.id) : `'${stream.id.replaceAll("'", "''")}'`;
      const address = `Datastreams(${encodeURIComponent(id)})/Observations?${since.toString()}`;
      for await (const page of service.pages(address, signal)) await take(page, stream);
    } else {
      const fresh = found.filter((_, index) => instants[index] === undefined || !place.seen.has(instants[index]));
      await take(fresh, stream);
    }
    places.set(key, { newestMs: Math.max(place.newestMs, ...known), seen: new Set(known) });
  };

  /** Where to go on: after a restart at the newest instant that is stored, the first time at `since`. */
  const beginning = async ({ target, property }: Stream): Promise<Place> => {
    const stored = target && (await tools.newest(target.id, property.iri));
    return { newestMs: stored ?? declared.sinceMs ?? -Infinity, seen: new Set() };
  };

  return async (signal) => {
    tools.seen();
    let count = 0;
    /** Whose attribute is whose: two Datastreams of one Thing must not take turns in one attribute. */
    const owners = new Map<string, string | number>();
    for await (const page of service.pages(`Datastreams?${query.toString()}`, signal)) {
      for (const value of page) {
        if (++count > streamsMax)
          throw new Problem('bad-data', `more than ${streamsMax} Datastreams: narrow the filter`);
        const stream = readStream(value, declared);
        if (stream === undefined) continue;
        if ('reason' in stream) {
          tools.refuse(stream, host);
          continue;
        }
        if (stream.target) {
          const attribute = `${stream.target.id} ${stream.property.iri}`;
          const owner = owners.get(attribute);
          if (owner !== undefined) {
            const detail = `${stream.label} and Datastream ${owner} are the same attribute of one Thing: name them apart`;
            tools.refuse({ reason: 'entity', detail }, host);
            continue;
          }
          owners.set(attribute, stream.id);
        }
        await follow(stream, value as Record<string, unknown>, signal);
      }
    }
  };
}
