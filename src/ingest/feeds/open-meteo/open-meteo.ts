/**
 * Weather and air quality of a place, as models compute them: Open-Meteo, without a key (open-meteo.com/en/docs), or a
 * server of one's own with the same answers. Every value says that it is estimated.
 */
import type { Position } from '../../../city/profile.ts';
import { coreContext } from '../../../ngsild/index.ts';
import type { Cursor } from '../../mapping/cursor.ts';
import type { Taken } from '../../mapping/index.ts';
import { readWords } from '../../mapping/words.ts';
import type { FeedKind, FeedTools } from '../feed.ts';
import { everyAt, urlAt, wholeAt } from '../fields.ts';
import { polled } from '../polled.ts';
import { parseAnswer } from './answer.ts';
import { dayReading, nowReading, openMeteoTypes, type Point } from './readings.ts';
import { airNow, weatherNow, weatherOfDay, type Variable } from './variables.ts';

const fields = ['kind', 'source', 'note', 'everyS', 'weather', 'air', 'forecastDays', 'points'];
const addresses = {
  weather: 'https://api.open-meteo.com/v1/forecast',
  air: 'https://air-quality-api.open-meteo.com/v1/air-quality',
};
/** Of one request; the service itself takes more. */
const pointsMax = 50;
const answerMaxBytes = 2 ** 20;
/** The service computes every quarter of an hour; asking it more often than this is rude. */
const publicLeastS = 60;

type Asked = { readonly url: string; readonly now: readonly Variable[]; readonly day: readonly Variable[] };

export const openMeteo: FeedKind = {
  kind: 'open-meteo',
  compile(at, { sources }) {
    if (!at.object(fields)) return undefined;
    const source = at.at('source').text();
    if (sources.get(source)?.simulated === true) {
      at.at('source').fault('a source that is not simulated: a model of the weather is an estimate');
    }
    const weather = addressAt(at.at('weather'), addresses.weather);
    const air = addressAt(at.at('air'), addresses.air);
    if (weather === undefined && air === undefined) at.at('weather').fault('weather or air, not neither');
    const isPublic = [weather, air].some((url) => url !== undefined && /(^|\.)open-meteo\.com$/.test(hostOf(url)));
    const everyS = everyAt(at.at('everyS'), 900, isPublic ? publicLeastS : 1);
    const forecastDays = wholeAt(at.at('forecastDays'), 3, 0, 7);
    const points = at.at('points').given ? at.at('points').items().map(readPoint) : [{ id: 'center' }];
    if (points.length === 0 || points.length > pointsMax) at.at('points').fault(`1 to ${pointsMax} places`);
    if (new Set(points.map(({ id }) => id)).size < points.length) at.at('points').fault('ids that differ');
    const kinds = [
      ...(weather === undefined ? [] : (['weather'] as const)),
      ...(air === undefined ? [] : (['air'] as const)),
    ];
    const types = [...kinds, ...(weather !== undefined && forecastDays > 0 ? (['forecast'] as const) : [])];
    return {
      kind: 'open-meteo',
      source,
      types: types.map((type) => coreContext.expand(openMeteoTypes[type])),
      credit: 'Open-Meteo.com (CC BY 4.0)',
      estimated: true,
      open: (tools) => {
        const ask = asker({ source, points, forecastDays }, tools);
        const from = hostOf(weather ?? air ?? '');
        return polled({
          tools,
          everyS,
          from,
          async poll(signal) {
            // Two services: that one fails must not cost the values of the other.
            const results = await Promise.allSettled([
              ...(weather === undefined
                ? []
                : [
                    ask(
                      'weather',
                      { url: weather, now: weatherNow, day: forecastDays > 0 ? weatherOfDay : [] },
                      signal,
                    ),
                  ]),
              ...(air === undefined ? [] : [ask('air', { url: air, now: airNow, day: [] }, signal)]),
            ]);
            for (const result of results) if (result.status === 'rejected') throw result.reason;
          },
        });
      },
    };
  },
};

/** One request for all points, its values to the store. */
function asker(
  { source, points, forecastDays }: { source: string; points: readonly Point[]; forecastDays: number },
  tools: FeedTools,
) {
  /** The forecast has no instant of its own: it is recorded when it says something else than the last time. */
  const lastForecast = new Map<string, string>();
  return async (kind: 'weather' | 'air', asked: Asked, signal: AbortSignal): Promise<void> => {
    const { clock, city, outbound } = tools;
    const url = new URL(asked.url);
    const positions = points.map((point) => point.at ?? city.center);
    const names = (variables: readonly Variable[]): string => variables.map(({ name }) => name).join(',');
    url.searchParams.set('latitude', positions.map(([, latitude]) => latitude).join(','));
    url.searchParams.set('longitude', positions.map(([longitude]) => longitude).join(','));
    url.searchParams.set('current', names(asked.now));
    url.searchParams.set('timeformat', 'unixtime');
    if (kind === 'weather') url.searchParams.set('wind_speed_unit', 'ms');
    if (asked.day.length > 0) {
      url.searchParams.set('daily', names(asked.day));
      url.searchParams.set('forecast_days', String(forecastDays));
      url.searchParams.set('timezone', city.timeZone);
    }
    const { bytes } = await outbound.get(url.href, { maxBytes: answerMaxBytes, signal });
    tools.seen();
    const from = `${url.host} ${kind}`;
    const places = parseAnswer(bytes, { places: points.length, now: asked.now, day: asked.day });
    const taken: Taken[] = [];
    for (const [index, place] of places.entries()) {
      const maker = { source, city, point: points[index] ?? { id: String(index) } };
      for (const why of place.refused) tools.refuse(why, from);
      if (place.now) taken.push(nowReading(kind, place.now, maker));
      for (const [day, values] of place.days.entries()) {
        const told = JSON.stringify(values);
        const key = `${maker.point.id} ${day}`;
        if (lastForecast.get(key) === told) continue;
        taken.push(dayReading(values, day, clock.now(), maker));
        lastForecast.set(key, told);
      }
    }
    await tools.submit(taken, from);
  };
}

/** A URL, `true` or nothing for the public service, `false` for none. */
function addressAt(at: Cursor, address: string): string | undefined {
  if (at.value === false) return undefined;
  if (at.value === true || !at.given) return address;
  return urlAt(at, ['http:', 'https:']);
}

function readPoint(at: Cursor): Point {
  at.object(['id', 'name', 'at']);
  const id = at.at('id').text();
  if (id !== '' && !/^[A-Za-z0-9][\w.-]{0,62}$/.test(id)) at.at('id').fault('letters, digits, hyphens');
  const position = at.at('at');
  const [longitude, latitude] = position.items().map((item) => item.number());
  const isThere =
    longitude !== undefined && latitude !== undefined && Math.abs(longitude) <= 180 && Math.abs(latitude) <= 90;
  if (!isThere) position.fault('[longitude, latitude]');
  return {
    id,
    ...(at.at('name').given && { name: readWords(at.at('name')) }),
    ...(isThere && { at: [longitude, latitude] satisfies Position }),
  };
}

const hostOf = (url: string): string => URL.parse(url)?.hostname ?? '';
