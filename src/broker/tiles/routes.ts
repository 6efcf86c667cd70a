/** `/api/tiles/{layer}/{z}/{x}/{y}.mvt`: Mapbox Vector Tiles 2.1, compressed. */
import type { Context, Hono } from 'hono';
import { gunzipSync } from 'node:zlib';
import { whoOf } from '../../http/index.ts';
import { parseTileAddress } from './address.ts';
import type { Tiles } from './service.ts';

const prefix = '/api/tiles/';
/** The profile changes with a restart only. */
const cityCache = 'public, max-age=300';
/** A map that stays open looks again; it asks whether something changed before it loads anything. */
const thingsCache = 'private, max-age=15';

export function tileRoutes(app: Hono, tiles: Tiles): void {
  app.get(`${prefix}*`, async (c) => {
    const { pathname, searchParams } = new URL(c.req.url);
    const address = parseTileAddress(pathname.slice(pathname.indexOf(prefix) + prefix.length));
    const known = c.req.header('if-none-match');
    return address.layer === 'city'
      ? answer(c, await tiles.cityTile(address, known), cityCache)
      : answer(c, await tiles.thingsTile(whoOf(c), address, searchParams, known), thingsCache);
  });
}

function answer(c: Context, { etag, tile }: Awaited<ReturnType<Tiles['cityTile']>>, cache: string): Response {
  const headers: Record<string, string> = { etag, 'cache-control': cache, vary: 'Accept-Encoding' };
  if (!tile) return c.body(null, 304, headers);
  if (tile.gzip.length === 0) return c.body(null, 204, headers);
  if (tile.thinned > 0) headers['chorsu-thinned'] = String(tile.thinned);
  headers['content-type'] = 'application/vnd.mapbox-vector-tile';
  const zipped = /\bgzip\b/.test(c.req.header('accept-encoding') ?? '');
  if (zipped) headers['content-encoding'] = 'gzip';
  const body = zipped ? tile.gzip : new Uint8Array(gunzipSync(tile.gzip));
  headers['content-length'] = String(body.byteLength);
  return c.body(body, 200, headers);
}
