import { performance } from 'node:perf_hooks';
// @ts-expect-error the other library has no types
import untyped from 'jsonld';
import {
  compileContext,
  coreContextUrl,
  coreDocument,
  modelDocument,
  parseEntity,
  representEntity,
} from '../src/ngsild/index.ts';
import type { Bench } from './index.ts';

const jsonld: {
  expand(document: unknown, options: unknown): Promise<unknown[]>;
  compact(document: unknown, context: unknown, options: unknown): Promise<unknown>;
} = untyped;

const url = 'https://schema.lab.fiware.org/ld/context';
const at = '2026-01-01T00:00:00.000Z';
const property = (value: unknown) => ({ type: 'Property', value, observedAt: '2026-01-01T00:00:00Z' });
const entity = {
  id: 'urn:ngsi-ld:Streetlight:1',
  type: 'Streetlight',
  status: property('ok'),
  lampPowerOn: property(true),
  powerState: property('on'),
  locationCategory: property('centralIsland'),
  lanternHeight: property(10),
  illuminanceLevel: property(0.9),
  dateLastLampChange: property('2025-07-08T08:02:21.753Z'),
  refStreetlightGroup: { type: 'Relationship', object: 'urn:ngsi-ld:StreetlightGroup:1' },
  name: property('On the corner'),
  location: { type: 'GeoProperty', value: { type: 'Point', coordinates: [68.78, 38.56] } },
};

/** C1: names through a compiled @context of 1,325 terms, and one entity in and out, beside the jsonld package. */
export const c1: Bench = {
  name: 'C1 @context',
  async run({ seconds }) {
    const ms = (seconds * 1000) / 6;
    const compiledMs = await each(ms, () => compileContext([url, coreContextUrl], modelDocument));
    const context = compileContext([url, coreContextUrl], modelDocument);
    const terms = Object.keys(modelDocument(url)?.['@context'] ?? {}).filter((term) => !term.startsWith('@'));
    const iris = terms.map((term) => context.name(term).iri);
    let length = 0;
    const expandMs = await each(ms, () => {
      for (const term of terms) length += context.name(term).iri.length;
    });
    const compactMs = await each(ms, () => {
      for (const iri of iris) length += context.compact(iri).length;
    });
    const ours = await each(ms, () => {
      const json = representEntity(parseEntity(entity, context, { at }), context);
      length += Object.keys(json).length;
    });
    if (length === 0) throw new Error('nothing was done');

    // Named by address, a context is read and compiled by the package only once.
    const named = [url, coreContextUrl];
    const whole = { ...entity, '@context': named };
    const options = {
      documentLoader: (address: string) =>
        Promise.resolve({ documentUrl: address, document: modelDocument(address) ?? coreDocument(address) }),
    };
    const theirExpand = await each(ms, () => jsonld.expand(whole, options));
    const expanded = await jsonld.expand(whole, options);
    const theirCompact = await each(ms, () => jsonld.compact(expanded, { '@context': named }, options));
    const theirs = theirExpand + theirCompact;
    return {
      bar: 'tens of nanoseconds a name',
      compiled: `${compiledMs.toFixed(2)} ms for ${terms.length} terms`,
      expandNs: Math.round((expandMs / terms.length) * 1e6),
      compactNs: Math.round((compactMs / iris.length) * 1e6),
      entity: `${(ours * 1000).toFixed(1)} us in and out; jsonld ${(theirExpand * 1000).toFixed(0)} and ${(theirCompact * 1000).toFixed(0)} us`,
      ratio: `${Math.round(theirs / ours)} x`,
    };
  },
};

/** Milliseconds of one call, over about so many milliseconds after a tenth of them for warming up. */
async function each(ms: number, work: () => unknown): Promise<number> {
  const until = async (end: number): Promise<number> => {
    let calls = 0;
    while (performance.now() < end) {
      const done = work();
      if (done instanceof Promise) await done;
      calls++;
    }
    return calls;
  };
  await until(performance.now() + ms / 10);
  const start = performance.now();
  const calls = await until(start + ms);
  return (performance.now() - start) / calls;
}
