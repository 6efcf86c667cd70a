/** The same data as files: CSV with a unit beside every number, GeoJSON for maps. */
import { csvCell } from '../../base/csv.ts';
import type { Entity } from '../../ngsild/index.ts';
import type { City } from '../../ui/index.ts';
import type { Series } from './history.ts';
import {
  districtIdOf,
  districtName,
  entityPath,
  isSimulated,
  lastAt,
  mainValue,
  nameOf,
  placeOf,
  positionOf,
} from './view.ts';
import { typeWord } from './vocabulary/index.ts';

/** Rows with CRLF (RFC 4180) and a byte order mark, without which spreadsheets misread Cyrillic. */
const csv = (rows: readonly (readonly (string | number | undefined)[])[]): string =>
  `\ufeff${rows.map((row) => row.map(csvCell).join(',')).join('\r\n')}\r\n`;

const iso = (at: number | undefined): string | undefined => (at === undefined ? undefined : new Date(at).toISOString());

/** One row per entity: what it is, where, its main value and when it was measured. Heads are in English, words in the reader's language. */
export function entitiesCsv(entities: readonly Entity[], city: City, language: string): string {
  const head = [
    'id',
    'type',
    'name',
    'district',
    'address',
    'longitude',
    'latitude',
    'attribute',
    'value',
    'unit',
    'observedAt',
    'simulated',
  ];
  const rows = entities.map((entity) => {
    const main = mainValue(entity, language);
    const position = positionOf(entity);
    return [
      entity.id,
      typeWord(entity.type[0] ?? '', language),
      nameOf(entity, language).text,
      districtName(districtIdOf(entity, city), city, language),
      placeOf(entity, language),
      position?.[0],
      position?.[1],
      main?.label,
      main?.number ?? main?.text,
      main?.unit,
      iso(lastAt(entity)),
      isSimulated(entity) ? 'true' : 'false',
    ];
  });
  return csv([head, ...rows]);
}

/** One row per bucket and attribute: the rows of the chart's table. */
export function historyCsv(entity: Entity, series: readonly Series[], stepMs: number): string {
  const head = ['id', 'attribute', 'unit', 'from', 'to', 'mean', 'lowest', 'highest', 'simulated'];
  const rows = series.flatMap(({ label, unit, buckets }) =>
    buckets.map(({ at, mean, min, max }) => [
      entity.id,
      label,
      unit,
      iso(at),
      iso(at + stepMs),
      mean,
      min,
      max,
      isSimulated(entity) ? 'true' : 'false',
    ]),
  );
  return csv([head, ...rows]);
}

/** GeoJSON points of entities; `href` leads to the page in the reader's language. */
export function pointsGeoJson(
  entities: readonly Entity[],
  states: ReadonlyMap<string, 'trouble' | 'warn'>,
  city: City,
  language: string,
): object {
  return {
    type: 'FeatureCollection',
    simulated: city.simulated,
    features: entities.flatMap((entity) => {
      const position = positionOf(entity);
      if (!position) return [];
      const main = mainValue(entity, language);
      return [
        {
          type: 'Feature',
          id: entity.id,
          geometry: { type: 'Point', coordinates: position },
          properties: {
            id: entity.id,
            type: typeWord(entity.type[0] ?? '', language),
            name: nameOf(entity, language).text,
            href: `/${language}${entityPath(entity.id)}`,
            ...(main && { attribute: main.label, value: main.number ?? main.text, unit: main.unit }),
            ...(states.has(entity.id) && { state: states.get(entity.id) }),
            simulated: isSimulated(entity),
          },
        },
      ];
    }),
  };
}

/** `simulated-namuna-vehicle.csv`: the name says whose data they are and that they are made up. */
export function listFileName(city: City, typeName: string | undefined, ending: string, simulated: boolean): string {
  return `${simulated ? 'simulated-' : ''}${city.id}-${(typeName ?? 'entities').toLowerCase().replaceAll(/[^\w-]+/g, '-')}.${ending}`;
}
