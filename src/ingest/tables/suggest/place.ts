import type { City } from '../../../city/profile.ts';
import { parseDegrees, parsePair } from '../../mapping/degrees.ts';
import { textNumber } from '../../mapping/number.ts';
import { parseUtmZone, utmToDegrees } from '../../mapping/utm.ts';
import type { Cell } from '../table.ts';
import type { ColumnGuess } from './column.ts';
import type { Remark } from '../../importing/remark.ts';

export type PlaceGuess = {
  /** As `point` of the mapping says it. */
  readonly point: Readonly<Record<string, string>>;
  readonly columns: readonly string[];
  readonly doubts: readonly Remark[];
};
type Positions = readonly (readonly [number, number])[];

/**
 * Where the rows lie, by which columns. The city's box decides what a header leaves open: which of two numbers is the
 * longitude, and whether two columns were given each other's name.
 */
export function guessPlace(
  columns: readonly ColumnGuess[],
  cellsOf: (column: ColumnGuess) => readonly Cell[],
  city: Pick<City, 'bbox' | 'center'>,
): PlaceGuess | undefined {
  const of = (kind: ColumnGuess['kind']): ColumnGuess | undefined => columns.find((column) => column.kind === kind);
  const [longitude, latitude, pair, east, north] = [
    of('longitude'),
    of('latitude'),
    of('coordinates'),
    of('east'),
    of('north'),
  ];
  const near = nearBox(city.bbox);
  if (longitude && latitude) {
    const positions = zip(cellsOf(longitude).map(degrees), cellsOf(latitude).map(degrees));
    const swapped = positions.filter(([x, y]) => !near([x, y]) && near([y, x])).length > positions.length / 2;
    const [first, second] = swapped ? [latitude, longitude] : [longitude, latitude];
    return {
      point: { longitude: first.name, latitude: second.name },
      columns: [longitude.name, latitude.name],
      doubts: swapped
        ? [
            {
              kind: 'swapped',
              column: longitude.name,
              text: `"${longitude.name}" holds latitudes and "${latitude.name}" longitudes: they are read the other way round`,
            },
          ]
        : farDoubt(positions, near),
    };
  }
  if (east && north) {
    const utm = `${Math.floor((city.center[0] + 180) / 6) + 1}${city.center[1] < 0 ? 'S' : 'N'}`;
    const zone = /utm_?(\d\d)/i.exec(east.name)?.[1];
    const said = zone === undefined ? utm : `${zone}${utm.slice(-1)}`;
    const grid = parseUtmZone(said);
    const positions = zip(cellsOf(east).map(metres), cellsOf(north).map(metres)).flatMap(([x, y]) => {
      const position = grid && utmToDegrees(x, y, grid);
      return position ? [position] : [];
    });
    return {
      point: { east: east.name, north: north.name, utm: said },
      columns: [east.name, north.name],
      doubts: [
        ...(zone === undefined
          ? [
              {
                kind: 'utmZone' as const,
                column: east.name,
                text: `metres are read in UTM zone ${said}, that of the city`,
              },
            ]
          : []),
        ...farDoubt(positions, near),
      ],
    };
  }
  if (!pair) return undefined;
  const pairs = (first: 'latitude' | 'longitude'): Positions =>
    cellsOf(pair).flatMap((cell) => {
      const position = parsePair(cell, first);
      return position ? [position] : [];
    });
  const inside = (positions: Positions): number => positions.filter(near).length;
  const order = inside(pairs('longitude')) > inside(pairs('latitude')) ? 'longitude' : 'latitude';
  return { point: { column: pair.name, order }, columns: [pair.name], doubts: farDoubt(pairs(order), near) };
}

const degrees = (cell: Cell): number => parseDegrees(cell)?.value ?? Number.NaN;
const metres = (cell: Cell): number => textNumber(cell) ?? Number.NaN;

function zip(xs: readonly number[], ys: readonly number[]): Positions {
  return xs.flatMap((x, index) => {
    const y = ys[index] ?? Number.NaN;
    return Number.isFinite(x) && Number.isFinite(y) ? [[x, y] as const] : [];
  });
}

function nearBox([west, south, east, north]: City['bbox']): (position: readonly [number, number]) => boolean {
  return ([x, y]) => x > west - 1 && x < east + 1 && y > south - 1 && y < north + 1;
}

function farDoubt(positions: Positions, near: (position: readonly [number, number]) => boolean): readonly Remark[] {
  const far = positions.filter((position) => !near(position)).length;
  if (far === 0 || far < positions.length / 2) return [];
  return [{ kind: 'far', text: `${far} of the first ${positions.length} places lie far outside of the city` }];
}
