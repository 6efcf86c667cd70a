/**
 * Everything a page loads: one style sheet, the fonts, the islands and the map library. Islands are bundled in memory
 * at start; a content hash stands in every name, so that browsers keep the files for good.
 */
import { build, type Metafile, stop } from 'esbuild';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Hono } from 'hono';
import { oneAtATime } from '../base/queue.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const require = createRequire(import.meta.url);

/** What is bundled: a script for the browser is `islands/NAME.island.ts`; modules give the paths of theirs. */
const islandNames = ['live', 'map', 'chart', 'renew'];

type Asset = { readonly bytes: Uint8Array; readonly type: string; gzip?: Uint8Array };

export type Assets = {
  /** Addresses, all under `/assets/`. */
  readonly css: string;
  readonly fontsCss: string;
  readonly islands: ReadonlyMap<string, string>;
  /** MapLibre's own files, untouched, so that its worker is found; loaded by the map island on a click. */
  readonly maplibre: { readonly module: string; readonly worker: string; readonly css: string };
  /** Bytes of an address; undefined when there is none. */
  readonly find: (path: string) => { bytes: Uint8Array; gzip: Uint8Array | undefined; type: string } | undefined;
  readonly metafile: Metafile;
};

const types: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  mjs: 'text/javascript; charset=utf-8',
  woff2: 'font/woff2',
};
const typeOf = (path: string): string => types[path.slice(path.lastIndexOf('.') + 1)] ?? 'application/octet-stream';

const inTurn = oneAtATime();

/**
 * Bundles the islands and reads the library files. About 60 ms once per process.
 * @param modules paths of the islands that modules bring, by name
 */
export async function buildAssets(modules: Readonly<Record<string, string>> = {}): Promise<Assets> {
  const files = new Map<string, Asset>();
  const entries: Record<string, string> = { site: join(here, 'css/site.css'), fonts: join(here, 'css/fonts.css') };
  const islands = new Map(islandNames.map((name) => [name, join(here, `islands/${name}.island.ts`)]));
  for (const [name, path] of Object.entries(modules)) islands.set(name, path);
  for (const [name, path] of islands) entries[name] = path;
  const result = await inTurn(async () => {
    const made = await build({
      entryPoints: entries,
      absWorkingDir: here,
      outdir: join(here, 'assets'),
      bundle: true,
      minify: true,
      write: false,
      metafile: true,
      splitting: true,
      platform: 'browser',
      format: 'esm',
      target: 'es2022',
      entryNames: '[name]-[hash]',
      chunkNames: 'chunk-[hash]',
      assetNames: '[name]-[hash]',
      publicPath: '/assets/',
      loader: { '.woff2': 'file' },
      logLevel: 'silent',
    });
    // The service of esbuild, which all builds of a process share: no other program stays behind.
    await stop();
    return made;
  });
  for (const file of result.outputFiles) {
    files.set(`/assets/${basename(file.path)}`, { bytes: file.contents, type: typeOf(file.path) });
  }
  const outputOf = (entry: string): string => {
    const found = Object.entries(result.metafile.outputs).find(([, { entryPoint }]) => entryPoint?.endsWith(entry));
    if (!found) throw new Error(`esbuild made no output of ${entry}`);
    return `/assets/${basename(found[0])}`;
  };
  // The hash of the library stands in the folder: the files refer to each other by their plain names.
  const library = require.resolve('maplibre-gl/package.json').replace(/package\.json$/, 'dist/');
  const names = ['maplibre-gl.mjs', 'maplibre-gl-shared.mjs', 'maplibre-gl-worker.mjs', 'maplibre-gl.css'] as const;
  const hash = createHash('sha256');
  const contents = names.map((name) => readFileSync(library + name));
  for (const bytes of contents) hash.update(bytes);
  const folder = `/assets/maplibre-${hash.digest('hex').slice(0, 10)}/`;
  names.forEach((name, i) => files.set(folder + name, { bytes: contents[i] ?? new Uint8Array(), type: typeOf(name) }));

  return {
    css: outputOf('css/site.css'),
    fontsCss: outputOf('css/fonts.css'),
    islands: new Map([...islands].map(([name, path]) => [name, outputOf(basename(path))])),
    maplibre: {
      module: `${folder}maplibre-gl.mjs`,
      worker: `${folder}maplibre-gl-worker.mjs`,
      css: `${folder}maplibre-gl.css`,
    },
    find: (path) => {
      const asset = files.get(path);
      if (!asset) return undefined;
      // Fonts are compressed already; the rest is compressed once, when first asked for.
      if (asset.type !== 'font/woff2') asset.gzip ??= gzipSync(asset.bytes, { level: 9 });
      return { bytes: asset.bytes, gzip: asset.gzip, type: asset.type };
    },
    metafile: result.metafile,
  };
}

/** Serves `/assets/*`. A name never gets other bytes, so answers may be kept for a year. */
export function assetRoutes(app: Hono, assets: Assets): void {
  app.get('/assets/*', (c) => {
    const asset = assets.find(c.req.path);
    if (!asset) return c.notFound();
    const zipped = asset.gzip !== undefined && /\bgzip\b/.test(c.req.header('accept-encoding') ?? '');
    const headers: Record<string, string> = {
      'content-type': asset.type,
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
    };
    if (asset.gzip) headers['vary'] = 'Accept-Encoding';
    if (zipped) headers['content-encoding'] = 'gzip';
    const body = zipped && asset.gzip ? asset.gzip : asset.bytes;
    headers['content-length'] = String(body.byteLength);
    return c.body(new Uint8Array(body), 200, headers);
  });
}
