/** Layers of entities: made when first asked for, made again when something in them changed, forgotten when unused. */
import type { Principal } from '../../http/principal.ts';
import { Problem } from '../../base/problem.ts';
import type { EntityQuery } from '../../ngsild/index.ts';
import type { City } from '../../ui/index.ts';
import type { Broker } from '../broker.ts';
import type { Live } from '../live.ts';
import type { TileCutter } from './cutter.ts';
import { thingsOf, type ThingsQuery, type Urgent } from './things.ts';

export type ThingsLayer = {
  /** Of the cutter. */
  readonly key: string;
  /** Another number when the layer was made again. */
  readonly version: number;
};

export type Layers = {
  /** The layer as it is, made (again) when needed. @throws Problem overloaded when too many are being made */
  current(who: Principal, key: string, query: ThingsQuery): Promise<ThingsLayer>;
  /** The cutter has lost it: it is made again at the next call. */
  lost(key: string): void;
};

type Layer = {
  version: number;
  /** Sequence number up to which it is known to hold everything. */
  seq: number;
  madeAt: number;
  tookMs: number;
  usedAt: number;
  making?: Promise<void>;
};

/** Readers look again every few seconds at most; what is made slowly is made less often. */
const restMs = 3000;
const restPerWork = 10;
/** A reader waits for a layer that is made anew in less; else the old one is served meanwhile. */
const patienceMs = 300;
const layersMax = 24;
const queueMax = 8;
/** What the watches found is remembered that long by the pages (`pages/cityState.ts`). */
const statesKeptMs = 3500;

export function thingsLayers(deps: {
  broker: Broker;
  live: Pick<Live, 'lastChangeOf'>;
  city: City;
  cutter: TileCutter;
  urgent: (who: Principal) => Promise<Urgent>;
  now: () => number;
}): Layers {
  const { broker, live, city, cutter, urgent, now } = deps;
  const layers = new Map<string, Layer>();
  let made = 0;
  let queued = 0;
  let last: Promise<unknown> = Promise.resolve();

  const make = async (who: Principal, key: string, query: ThingsQuery, layer: Layer): Promise<void> => {
    const from = now();
    const types = typesIn(query.type);
    const change = live.lastChangeOf(types);
    await cutter.build(key, 'things', thingsOf(broker, who, query, await urgent(who), city));
    layer.madeAt = now();
    layer.tookMs = layer.madeAt - from;
    layer.version = ++made;
    // After a change a moment ago the states may still be those from before it: once more, then.
    layer.seq = change === undefined ? 0 : from - change.at < statesKeptMs ? change.seq - 1 : change.seq;
  };

  /** One at a time: making a layer keeps the store and the worker busy. */
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    if (queued >= queueMax) throw new Problem('overloaded', 'many map layers are being made; try again');
    queued++;
    const done = last.then(work).finally(() => queued--);
    last = done.catch(() => {});
    return done;
  };

  const forgetOldest = (): void => {
    if (layers.size <= layersMax) return;
    const idle = [...layers].filter(([, { making }]) => !making).sort(([, a], [, b]) => a.usedAt - b.usedAt);
    for (const [key] of idle.slice(0, layers.size - layersMax)) {
      layers.delete(key);
      cutter.drop(key);
    }
  };

  return {
    async current(who, key, query) {
      const layer = layers.get(key) ?? { version: 0, seq: -1, madeAt: -Infinity, tookMs: 0, usedAt: 0 };
      layer.usedAt = now();
      if (!layers.has(key)) {
        layers.set(key, layer);
        forgetOldest();
      }
      const change = live.lastChangeOf(typesIn(query.type));
      const stale = layer.version === 0 || (change !== undefined && change.seq > layer.seq);
      const rested = now() - layer.madeAt >= Math.max(restMs, layer.tookMs * restPerWork) || now() < layer.madeAt;
      if (stale && rested && !layer.making) {
        try {
          layer.making = inTurn(() => make(who, key, query, layer)).finally(() => delete layer.making);
        } catch (error) {
          if (layer.version === 0) throw error;
        }
        // A failed attempt leaves the old layer; whoever waits for the first one hears of it.
        layer.making?.catch(() => {});
      }
      if (layer.making && (layer.version === 0 || layer.tookMs < patienceMs)) await layer.making;
      return { key, version: layer.version };
    },
    lost: (key) => {
      layers.delete(key);
    },
  };
}

/** Every type that the selection names: a change of any of them may change the layer. */
export function typesIn(node: NonNullable<EntityQuery['type']>): readonly string[] {
  return node.node === 'type' ? [node.iri] : node.of.flatMap(typesIn);
}
