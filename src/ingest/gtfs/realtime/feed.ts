/**
 * The feed kind `gtfs-rt`: vehicle positions, trip updates and alerts that an agency publishes at an address, or that another
 * program writes to a file.
 */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { Problem } from '../../../base/problem.ts';
import { OutboundFailure, type Validators } from '../../../http/index.ts';
import type { FeedKind, FeedTools } from '../../feeds/feed.ts';
import { everyAt, readSecret, secretAt, urlAt, wholeAt, type Secret } from '../../feeds/fields.ts';
import { polled } from '../../feeds/polled.ts';
import type { Cursor } from '../../mapping/cursor.ts';
import { alertType } from './alertReadings.ts';
import { decodeFeed, feedMaxBytes } from './decoder.ts';
import { instantMs } from './instances.ts';
import type { FeedMessage } from './message.ts';
import { taker } from './taker.ts';
import { vehicleType } from './vehicleReadings.ts';

const fields = ['kind', 'source', 'note', 'url', 'file', 'everyS', 'timetable', 'maxAgeS'].concat([
  'keyFile',
  'keyEnv',
  'key',
  'keyHeader',
  'keyParameter',
]);
/** A clock that was ahead by more than this does not hold up the ones that are right. */
const aheadMaxMs = 300_000;

type Place = {
  /** As shown. */
  readonly from: string;
  /** @returns undefined when it is what was taken before */
  read(tools: FeedTools, signal: AbortSignal): Promise<Read | undefined>;
};
/** `taken` is called when the bytes were a feed and are stored: only then need they not be read again. */
type Read = { readonly bytes: Uint8Array; taken(): void };

export const gtfsRealtime: FeedKind = {
  kind: 'gtfs-rt',
  compile(at, { sources }) {
    if (!at.object(fields)) return undefined;
    const source = at.at('source').text();
    const place = placeAt(at);
    const everyS = everyAt(at.at('everyS'), 30, 1);
    const maxAgeMs = wholeAt(at.at('maxAgeS'), 600, 30, 86_400) * 1000;
    const timetable = at.at('timetable').text(source);
    const simulated = sources.get(source)?.simulated === true;
    return {
      kind: 'gtfs-rt',
      source,
      types: [vehicleType, alertType],
      timetable,
      open(tools) {
        const { board } = tools.transit;
        const { from } = place;
        const { name } = tools;
        board.declare({ name, source, timetable, maxAgeMs });
        const take = taker({ source, timetable, simulated, from }, tools);
        const poll = poller(place, maxAgeMs, tools, async (message) => {
          board.publish(name, message, tools.clock.now());
          await take.take(message);
        });
        return polled({
          tools,
          everyS,
          from,
          async poll(signal) {
            try {
              await poll(signal);
            } catch (error) {
              // Nobody is heard while the other side is away; why it is away is what has to be told.
              if (!signal.aborted) await take.markSilent().catch(() => {});
              throw error;
            }
            await take.markSilent();
          },
        });
      },
    };
  },
};

/** One look at the feed: what is new in it is taken whole, or nothing is. */
function poller(place: Place, maxAgeMs: number, tools: FeedTools, take: (message: FeedMessage) => Promise<void>) {
  let lastHash = '';
  let lastSaidMs = 0;
  return async (signal: AbortSignal): Promise<void> => {
    const read = await place.read(tools, signal);
    tools.seen();
    if (!read) return;
    const { bytes } = read;
    const hash = createHash('sha256').update(bytes).digest('hex');
    if (hash === lastHash) return;
    const message = decodeFeed(bytes);
    if (message.header.incrementality !== 'FULL_DATASET') {
      throw new Problem(
        'not-supported',
        `a feed of incrementality ${message.header.incrementality}: only feeds that tell everything each time are read`,
      );
    }
    const saidMs = instantMs(message.header.timestampS);
    // Servers that share the work may answer with what is a little older than the answer before.
    if (saidMs !== undefined && saidMs < lastSaidMs && lastSaidMs - saidMs < maxAgeMs) return;
    await take(message);
    tools.usable();
    read.taken();
    lastHash = hash;
    if (saidMs !== undefined && saidMs <= tools.clock.now() + aheadMaxMs) lastSaidMs = saidMs;
  };
}

function placeAt(at: Cursor): Place {
  const secret = secretAt(at, 'key');
  const keyHeader = at.at('keyHeader').given ? at.at('keyHeader').text() : undefined;
  const keyParameter = at.at('keyParameter').given ? at.at('keyParameter').text() : undefined;
  if (secret && (keyHeader === undefined) === (keyParameter === undefined)) {
    at.at('keyHeader').fault('keyHeader or keyParameter: where the key goes');
  }
  if (keyHeader !== undefined && !/^[A-Za-z0-9-]+$/.test(keyHeader)) at.at('keyHeader').fault('the name of a header');
  if (!secret && (keyHeader ?? keyParameter) !== undefined)
    at.at('keyFile').fault('keyFile or keyEnv: where the key is');
  if (at.at('url').given === at.at('file').given) at.at('url').fault('url or file, one of them');
  if (at.at('file').given) {
    if (secret) at.at('file').fault('a url: a file needs no key');
    return filePlace(at.at('file').text());
  }
  return urlPlace(urlAt(at.at('url'), ['http:', 'https:']), { secret, keyHeader, keyParameter });
}

function urlPlace(
  address: string,
  {
    secret,
    keyHeader,
    keyParameter,
  }: { secret: Secret | undefined; keyHeader: string | undefined; keyParameter: string | undefined },
): Place {
  let validators: Validators = {};
  const from = URL.parse(address)?.host ?? '';
  return {
    from,
    async read({ outbound }, signal) {
      const url = new URL(address);
      const key = secret && (await readSecret(secret));
      if (key !== undefined && keyParameter !== undefined) url.searchParams.set(keyParameter, key);
      const answer = await outbound.get(url.href, {
        maxBytes: feedMaxBytes,
        validators,
        signal,
        headers: {
          accept: 'application/x-protobuf, application/octet-stream;q=0.9, */*;q=0.1',
          ...(key !== undefined && keyHeader !== undefined && { [keyHeader]: key }),
        },
      });
      if (answer.notModified) return undefined;
      if (/^(text\/html|application\/(json|xml)|text\/xml)$/.test(answer.mediaType)) {
        throw new Problem('bad-data', `${from} answers ${answer.mediaType}, not a GTFS-Realtime feed in protobuf`);
      }
      return { bytes: answer.bytes, taken: () => void (validators = answer.validators) };
    },
  };
}

function filePlace(path: string): Place {
  let last = '';
  return {
    from: path,
    async read() {
      try {
        const { size, mtimeMs } = await stat(path);
        const now = `${size} ${mtimeMs}`;
        if (now === last) return undefined;
        if (size > feedMaxBytes)
          throw new OutboundFailure('too-large', `${path} has ${size} bytes, at most ${feedMaxBytes}`);
        return { bytes: await readFile(path), taken: () => void (last = now) };
      } catch (error) {
        if (error instanceof Problem) throw error;
        throw new OutboundFailure(
          'name',
          `the file ${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'})`,
        );
      }
    },
  };
}
