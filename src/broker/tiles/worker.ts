/** The tile worker: holds the indexes of all layers, cuts and compresses tiles beside the main thread. */
import { parentPort } from 'node:worker_threads';
import { gzipSync } from 'node:zlib';
import type { TileAddress } from './address.ts';
import { cityIndex, type CityPart } from './cityIndex.ts';
import { keptTiles } from './keptTiles.ts';
import { thingsIndex, type ThingsPart } from './thingsIndex.ts';
import type { TileIndex, TileWords } from './tileIndex.ts';

export type LayerKind = 'city' | 'things';
export type LayerPart = CityPart & ThingsPart;

export type TileQuestion =
  | { readonly do: 'begin'; readonly key: string; readonly kind: LayerKind }
  | { readonly do: 'add'; readonly key: string; readonly part: LayerPart }
  | { readonly do: 'finish'; readonly key: string; readonly id: number }
  | { readonly do: 'drop'; readonly key: string }
  | {
      readonly do: 'tile';
      readonly key: string;
      readonly id: number;
      readonly address: Omit<TileAddress, 'layer'>;
      readonly words?: TileWords;
    };

export type TileReply =
  | { readonly id: number; readonly features: number }
  | {
      readonly id: number;
      /** Compressed with gzip; empty: nothing lies there. */ readonly gzip: Uint8Array<ArrayBuffer>;
      readonly thinned: number;
    }
  /** The layer is not (or no longer) kept here and has to be given again. */
  | { readonly id: number; readonly absent: true }
  | { readonly id: number; readonly error: string };

/** Compressed tiles kept for the next reader. */
const keptBytesMax = 24 * 1024 * 1024;
/** The library keeps every tile that it ever cut of a layer; past this many the layer is made anew. */
const cutsMax = 20_000;

type Layer = { readonly index: TileIndex<LayerPart>; cuts: number };

const building = new Map<string, TileIndex<LayerPart>>();
const layers = new Map<string, Layer>();
const kept = keptTiles(keptBytesMax);

const forget = (key: string): void => {
  layers.delete(key);
  kept.forget(key);
};

const answer = (question: Exclude<TileQuestion, { do: 'begin' | 'add' | 'drop' }>): TileReply => {
  const { key, id } = question;
  if (question.do === 'finish') {
    const index = building.get(key);
    if (!index) return { id, absent: true };
    building.delete(key);
    const { features } = index.finish();
    forget(key);
    layers.set(key, { index, cuts: 0 });
    return { id, features };
  }
  const { address, words } = question;
  const layer = layers.get(key);
  if (!layer) return { id, absent: true };
  const name = `${address.z}/${address.x}/${address.y} ${words?.languages[0] ?? ''}`;
  const known = kept.find(key, name);
  if (known) return { id, ...known };
  if (++layer.cuts > cutsMax) {
    forget(key);
    return { id, absent: true };
  }
  const { bytes, thinned } = layer.index.tile(address, words);
  const gzip = bytes.length === 0 ? new Uint8Array() : new Uint8Array(gzipSync(bytes));
  kept.keep(key, name, { gzip, thinned });
  return { id, gzip, thinned };
};

parentPort?.on('message', (question: TileQuestion) => {
  switch (question.do) {
    case 'begin':
      building.set(question.key, question.kind === 'city' ? cityIndex() : thingsIndex());
      return;
    case 'add':
      building.get(question.key)?.add(question.part);
      return;
    case 'drop':
      building.delete(question.key);
      forget(question.key);
      return;
    default:
      try {
        parentPort?.postMessage(answer(question));
      } catch (error) {
        building.delete(question.key);
        const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
        parentPort?.postMessage({ id: question.id, error: text } satisfies TileReply);
      }
  }
});
