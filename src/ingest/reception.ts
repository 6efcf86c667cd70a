import type { Clock } from '../base/clock.ts';
import type { Health } from './health.ts';
import type { Intake } from './intake.ts';
import {
  isFilePayload,
  matchTopic,
  refused,
  type Mapping,
  type Refused,
  type Taken,
  type Target,
} from './mapping/index.ts';
import { refusalOf } from './personal.ts';
import { readPayload, type Payload } from './payload.ts';

/** Topics whose mappings are remembered; a sender that invents topics only empties the memory. */
const topicsKept = 50_000;
const topicKeptLength = 256;
/** Readings that one message may hold. */
const eachMax = 10_000;

type Route = { readonly mapping: Mapping; readonly target: Target };
export type Receipt = { readonly accepted: number; readonly refused: readonly Refused[] };

/** From bytes to durable readings, whatever they came by. */
export type Reception = {
  /** Every mapping whose pattern fits takes the message. Resolves when what it gave is durable or counted as refused. */
  message(topic: string, bytes: Uint8Array, by: string): Promise<Receipt>;
  /** For senders without a topic: every mapping of the source that needs none, or whose pattern fits the topic given. */
  request(source: string, bytes: Uint8Array, by: string, topic: string | undefined): Promise<Receipt>;
};

export function reception({
  mappings,
  health,
  intake,
  clock,
}: {
  mappings: readonly Mapping[];
  health: Pick<Health, 'seen' | 'rejected' | 'unmapped'>;
  intake: Pick<Intake, 'submit'>;
  clock: Clock;
}): Reception {
  const routes = new Map<string, readonly Route[]>();

  const routesOf = (topic: string): readonly Route[] => {
    const known = routes.get(topic);
    if (known) return known;
    const segments = topic.split('/');
    const found: Route[] = [];
    for (const mapping of mappings) {
      if (!mapping.topic || isFilePayload(mapping.payload)) continue;
      const captured = matchTopic(mapping.topic, segments);
      if (captured) found.push({ mapping, target: mapping.target(captured) });
    }
    if (routes.size >= topicsKept) routes.clear();
    if (topic.length <= topicKeptLength) routes.set(topic, found);
    return found;
  };

  const take = async (found: readonly Route[], bytes: Uint8Array, by: string, from: string): Promise<Receipt> => {
    const receivedMs = clock.now();
    const refusals: Refused[] = [];
    const submitted: Promise<number>[] = [];
    let parsed: Payload | undefined;
    for (const { mapping, target } of found) {
      const { source } = mapping;
      health.seen(source, receivedMs);
      // Several mappings of one topic mostly read the same JSON: it is parsed once.
      const shared = mapping.payload === 'json';
      const payload = shared ? (parsed ??= readPayload(mapping, bytes)) : readPayload(mapping, bytes);
      const refuse = (why: Refused): void => {
        refusals.push(why);
        health.rejected(source, why, from);
      };
      if (payload.reason !== undefined) {
        refuse(payload);
        continue;
      }
      const taken: Taken[] = [];
      for (const item of itemsOf(mapping, payload.value)) {
        const result = isRefused(item) ? item : mapping.read(target, item.value, receivedMs);
        if (result.reason === undefined) taken.push(result);
        else refuse(result);
      }
      if (taken.length === 0) continue;
      submitted.push(
        intake.submit(source, by, from, taken).then((result) => {
          if (!result.refused) return taken.length;
          refusals.push(refused(refusalOf(result.refused), result.refused.message));
          return 0;
        }),
      );
    }
    let accepted = 0;
    for (const count of await Promise.all(submitted)) accepted += count;
    return { accepted, refused: refusals };
  };

  return {
    message(topic, bytes, by) {
      const found = routesOf(topic);
      if (found.length > 0) return take(found, bytes, by, topic);
      health.unmapped(topic);
      return Promise.resolve({ accepted: 0, refused: [refused('unmapped', 'no mapping takes this topic')] });
    },
    request(source, bytes, by, topic) {
      const segments = topic?.split('/');
      const found: Route[] = [];
      for (const mapping of mappings) {
        if (mapping.source !== source || isFilePayload(mapping.payload)) continue;
        const captured = mapping.topic && segments ? matchTopic(mapping.topic, segments) : {};
        if (captured && (segments || (mapping.topic?.names ?? []).length === 0)) {
          found.push({ mapping, target: mapping.target(captured) });
        }
      }
      if (found.length > 0) return take(found, bytes, by, topic ?? `http ${source}`);
      const why = refused('unmapped', `source ${source} has no mapping for ${topic ?? 'requests without a topic'}`);
      health.rejected(source, why, topic ?? 'http');
      return Promise.resolve({ accepted: 0, refused: [why] });
    },
  };
}

type Item = { readonly value: unknown; readonly reason?: undefined } | Refused;

const isRefused = (item: Item): item is Refused => item.reason !== undefined;

function itemsOf(mapping: Mapping, value: unknown): readonly Item[] {
  if (!mapping.each) return [{ value }];
  const list = mapping.each(value);
  if (!Array.isArray(list)) return [refused('payload', 'there is no list where the mapping says')];
  if (list.length > eachMax) return [refused('payload', `more than ${eachMax} readings in one message`)];
  return list.map((item: unknown) => ({ value: item }));
}
