/**
 * A broker that the city or its supplier has already: Chorsu connects to it and subscribes, MQTT 5 from our side, 3.1.1
 * when the broker knows no other. Which topics, and what becomes of them, say the mappings of the same source.
 */
import { readFile } from 'node:fs/promises';
import { Problem } from '../../../base/problem.ts';
import type { Cursor } from '../../mapping/cursor.ts';
import { refused, type Mapping } from '../../mapping/index.ts';
import type { TopicPattern } from '../../mapping/topic.ts';
import { reception, type Reception } from '../../reception.ts';
import { connectionState } from '../connection.ts';
import type { Feed, FeedKind, FeedTools } from '../feed.ts';
import { readSecret, secretAt, urlAt, wholeAt, type Secret } from '../fields.ts';
import { pauseAfter } from '../pauses.ts';
import { repeatedReadings } from './repeated.ts';
import { openSession, type Session, type SessionOptions } from './session.ts';

const fields = [
  'kind',
  'source',
  'note',
  'url',
  'username',
  'passwordFile',
  'passwordEnv',
  'password',
  'clientId',
].concat(['caFile', 'share', 'sessionExpiryS', 'receiveMax']);
const pauses = { firstMs: 1_000, longestMs: 60_000, everyMs: 0 };
/** A connection that held this long counts as a success: the next pause is the first one again. */
const steadyMs = 30_000;
const stopMs = 900;
const payloadMaxBytes = 1_000_000;

type Declared = Omit<SessionOptions, 'version' | 'password' | 'ca' | 'clientId' | 'payloadMaxBytes'> & {
  readonly clientId?: string;
  readonly secret?: Secret;
  readonly caFile?: string;
};

export const mqttFeed: FeedKind = {
  kind: 'mqtt',
  compile(at, context) {
    if (!at.object(fields)) return undefined;
    const source = at.at('source').text();
    const mappings = context.mappings.filter((mapping) => mapping.source === source && mapping.topic !== undefined);
    if (source !== '' && mappings.length === 0) at.at('source').fault('a source with a mapping that has a topic');
    const declared = readDeclared(at, mappings);
    return {
      kind: 'mqtt',
      source,
      types: [...new Set(mappings.flatMap(({ types }) => types))],
      open: (tools) => mqttSubscriber({ source, declared, mappings, tools }),
    };
  },
};

function readDeclared(at: Cursor, mappings: readonly Mapping[]): Declared {
  const url = urlAt(at.at('url'), ['mqtt:', 'mqtts:', 'ws:', 'wss:']);
  const parsed = URL.parse(url);
  if (parsed && (parsed.username !== '' || parsed.password !== '')) {
    at.at('url').fault('a URL without user and password: username and passwordFile', 'credentials');
  }
  const secret = secretAt(at, 'password');
  const share = at.at('share');
  if (share.given && /[/+#]/.test(share.text())) share.fault('a name of a group, without / + #');
  return {
    url: parsed ?? new URL('mqtt://localhost'),
    filters: [...new Set(mappings.flatMap(({ topic }) => (topic ? [filterOf(topic)] : [])))].map((filter) =>
      share.given ? `$share/${share.text()}/${filter}` : filter,
    ),
    receiveMax: wholeAt(at.at('receiveMax'), 1_000, 1, 65_535),
    sessionExpiryS: wholeAt(at.at('sessionExpiryS'), 604_800, 0, 4_294_967_295),
    ...(at.at('username').given && { username: at.at('username').text() }),
    ...(at.at('clientId').given && { clientId: at.at('clientId').text() }),
    ...(at.at('caFile').given && { caFile: at.at('caFile').text() }),
    ...(secret !== undefined && { secret }),
  };
}

/** `water/{district}/{meter}` is subscribed to as `water/+/+`. */
const filterOf = ({ segments }: TopicPattern): string =>
  segments.map((segment) => (segment.kind === 'word' ? segment.word : segment.kind === 'rest' ? '#' : '+')).join('/');

function mqttSubscriber({
  source,
  declared,
  mappings,
  tools,
}: {
  source: string;
  declared: Declared;
  mappings: readonly Mapping[];
  tools: FeedTools;
}): Feed {
  const { clock, timers, random, log, metrics, city } = tools;
  const connection = connectionState(tools);
  const messages = metrics.counter('chorsu_feed_messages_total', 'Messages that live feeds received, by source');
  const count = messages.series({ source });
  const done = metrics.counter('chorsu_feed_acknowledged_total', 'Of these, acknowledged because they are durable');
  const countDone = done.series({ source });
  const receive = receptionFor(mappings, tools, false);
  const receiveAgain = receptionFor(mappings, tools, true);
  let session: Session | undefined;
  let stopped = false;
  let wake = (): void => {};
  let version: 5 | 4 = 5;

  const message = async (topic: string, payload: Buffer, isRepeated: boolean): Promise<void> => {
    count();
    await (isRepeated ? receiveAgain : receive).message(topic, payload, 'mqtt');
    countDone();
  };

  const rest = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const cancel = timers.after(ms, resolve);
      wake = () => {
        cancel();
        resolve();
      };
    });

  const run = async (): Promise<void> => {
    let failures = 0;
    while (!stopped) {
      let upMs: number | undefined;
      let why: string;
      let tryOtherVersion = false;
      try {
        const { secret, caFile, ...fixed } = declared;
        const opened = openSession(
          {
            ...fixed,
            version,
            payloadMaxBytes,
            clientId: declared.clientId ?? `chorsu-${city.id}-${source}`,
            ...(secret !== undefined && { password: await readSecret(secret) }),
            ...(caFile !== undefined && { ca: await readCa(caFile) }),
          },
          {
            up() {
              upMs = clock.now();
              connection.reachable();
            },
            message,
          },
        );
        session = opened;
        if (stopped) await opened.close();
        ({ why, tryOtherVersion } = await opened.ended);
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        why = error.message;
      }
      session = undefined;
      if (stopped) return;
      if (tryOtherVersion) version = version === 5 ? 4 : 5;
      const isFallback = tryOtherVersion && version === 4;
      if (upMs !== undefined && clock.now() - upMs >= steadyMs) failures = 0;
      failures++;
      const pause = isFallback ? 0 : pauseAfter(failures, pauses, random);
      if (isFallback) log.info('feed: the broker does not answer MQTT 5; 3.1.1 is tried');
      else connection.unreachable(why, clock.now() + pause);
      await rest(pause);
    }
  };

  return {
    start() {
      connection.connecting();
      run().catch((error: unknown) => {
        const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
        log.error('feed: the subscription ended by a fault of ours', { error: what });
        connection.unreachable('an internal fault; see the log');
      });
    },
    async stop() {
      stopped = true;
      wake();
      if (session) await Promise.race([session.close(), rest(stopMs)]);
    },
  };
}

/** The way of every message, with what it gives going to this feed's source. */
function receptionFor(mappings: readonly Mapping[], tools: FeedTools, isRepeated: boolean): Reception {
  const fresh = repeatedReadings(tools);
  return reception({
    mappings,
    clock: tools.clock,
    health: {
      seen: () => tools.seen(),
      rejected: (_source, why, from) => tools.refuse(why, from),
      unmapped: (topic) => tools.refuse(refused('unmapped', 'no mapping takes this topic'), topic),
    },
    intake: {
      submit: async (_source, _by, from, taken) => tools.submit(isRepeated ? await fresh(taken) : taken, from),
    },
  });
}

async function readCa(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    const { code = 'error' } = error as NodeJS.ErrnoException;
    throw new Problem('not-found', `the file ${file} cannot be read (${code})`);
  }
}
