/** An extract becomes files of a profile: four GeoJSON documents, their credit, and what one should know of them. */
import { basename } from 'node:path';
import { boxOf, type Box } from '../geometry.ts';
import { Problem } from '../../base/problem.ts';
import type { AreaGeometry, Position } from '../profile.ts';
import { extractOsm, type Extract, type ExtractOptions } from './extract.ts';
import { layersOf, type Layers, type OsmFeature } from './layers.ts';
import { outlineOf } from './outline.ts';

/** As the licence asks for it, https://www.openstreetmap.org/copyright. */
export const osmCredit = '© OpenStreetMap contributors, ODbL 1.0';
export const osmCreditUrl = 'https://www.openstreetmap.org/copyright';

/** The files that an extract is made into, by their name in `files` of `city.json`. */
export const osmFiles = {
  streets: 'streets.geojson',
  ground: 'ground.geojson',
  places: 'places.geojson',
  addresses: 'addresses.geojson',
} as const;
export type OsmFileName = keyof typeof osmFiles;

/** Whose districts they are stays said. */
export function withOsmCredit(credit: string | undefined): string {
  if (credit === undefined || credit === '© OpenStreetMap contributors') return osmCredit;
  return credit.includes(osmCredit) ? credit : `${credit}; ${osmCredit}`;
}

/** The texts of the layers by their file names. */
export function layerTexts({ texts }: OsmCity): Record<string, string> {
  return Object.fromEntries(Object.entries(osmFiles).map(([layer, file]) => [file, texts[layer as OsmFileName]]));
}

/** A box as an area, for a city without districts. */
export function boxArea([west, south, east, north]: OsmCity['box']): AreaGeometry {
  const ring: Position[] = [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
    [west, south],
  ];
  return { type: 'Polygon', coordinates: [ring] };
}

export type OsmCity = {
  /** GeoJSON (RFC 7946), one feature per line. */
  readonly texts: Readonly<Record<OsmFileName, string>>;
  readonly counts: Readonly<Record<OsmFileName, number>>;
  /** Around the streets. */
  readonly box: readonly [number, number, number, number];
  /** English sentences for the command line. */
  readonly notes: readonly string[];
};

export type OsmCityOptions = {
  readonly path: string;
  /** The districts, if there are any: what lies outside is not taken. */
  readonly areas?: readonly AreaGeometry[];
  readonly zoneHours: number;
  readonly timeZone: string;
  readonly onProgress?: ExtractOptions['onProgress'];
};

/** A straight canal may cross a city without a node in it: ways are looked for two kilometres around. */
const aroundDegrees = 0.02;
const grown = ([west, south, east, north]: Box): Box => [
  west - aroundDegrees,
  south - aroundDegrees,
  east + aroundDegrees,
  north + aroundDegrees,
];

/**
 * Reads an extract and makes the files of a profile of it.
 * @throws Problem bad-data (a damaged file; no street in the districts; another part of the world than the time zone)
 */
export async function cityFromOsm(options: OsmCityOptions): Promise<OsmCity> {
  const { path, areas, onProgress } = options;
  const file = basename(path);
  const outline = areas && outlineOf(areas);
  const extract = await extractOsm({
    path,
    ...(outline && { box: grown(outline.box) }),
    ...(onProgress && { onProgress }),
  });
  const layers = layersOf(extract, outline);
  if (layers.streets.length === 0) {
    const where = extract.header.box ? ` The extract covers [${extract.header.box.join(', ')}].` : '';
    throw new Problem(
      'bad-data',
      outline
        ? `no street of the extract lies in the districts [${outline.box.map((d) => d.toFixed(3)).join(', ')}]${where}`
        : 'the extract holds no streets (ways with a highway tag)',
      file,
    );
  }
  const box = boxOf(layers.streets.flatMap(({ geometry }) => geometry.coordinates as readonly Position[]));
  checkZone(options, box, file);
  const head = {
    type: 'FeatureCollection',
    credit: osmCredit,
    licence: 'https://opendatacommons.org/licenses/odbl/1-0/',
    source: osmCreditUrl,
    madeFrom: file,
    ...(extract.header.dataAt && { dataAt: extract.header.dataAt.toISOString() }),
  };
  const text = (features: readonly OsmFeature[]): string => {
    const lines = features.map(({ properties, geometry }) => JSON.stringify({ type: 'Feature', properties, geometry }));
    return `${JSON.stringify(head).slice(0, -1)},"features":[\n${lines.join(',\n')}\n]}\n`;
  };
  const of = <T>(make: (name: OsmFileName) => T): Record<OsmFileName, T> => ({
    streets: make('streets'),
    ground: make('ground'),
    places: make('places'),
    addresses: make('addresses'),
  });
  return {
    texts: of((name) => text(layers[name])),
    counts: of((name) => layers[name].length),
    box,
    notes: notesOf(extract, layers, file),
  };
}

/** Positions of OpenStreetMap are never swapped: far from the time zone's meridian the options are wrong. */
function checkZone(
  { zoneHours, timeZone }: OsmCityOptions,
  [west, south, east, north]: OsmCity['box'],
  file: string,
): void {
  const meridian = zoneHours * 15;
  const middle = (west + east) / 2;
  if (Math.abs(middle - meridian) <= 25) return;
  throw new Problem(
    'bad-data',
    `the streets lie near [${middle.toFixed(2)}, ${((south + north) / 2).toFixed(2)}], the time zone ${timeZone} near ` +
      `longitude ${meridian}: is this the extract of another place? Otherwise give its --time-zone`,
    file,
  );
}

function notesOf(
  { counts, header }: Extract,
  { streets, ground, places, addresses, left }: Layers,
  file: string,
): string[] {
  const named = streets.filter(({ properties }) => Object.keys(properties).some((key) => key.startsWith('name')));
  return [
    `${file}: ${counts.nodes} nodes, ${counts.ways} ways, ${counts.relations} relations; ` +
      (header.dataAt ? `data of ${header.dataAt.toISOString().slice(0, 10)}.` : 'it does not say of when its data is.'),
    `Taken: ${streets.length} streets (${named.length} with a name), ${ground.length} waters, greens and rails, ` +
      `${places.length} places, ${addresses.length} house numbers.`,
    ...Object.entries(left).map(([reason, count]) => `Not taken: ${count} ${reason}.`),
  ];
}
