/**
 * The city drawn by the server: district tints, water, green, streets with names, pins that lead to rows of the list.
 * One SVG without script. Hundreds of ordinary points are one path of round dots; pins that would cover each other
 * move apart.
 */
import type { ComponentChildren, JSX } from 'preact';
import { type AreaGeometry, type City, inLanguage, languages, type Position } from '../city/profile.ts';
import type { Assets } from './assets.ts';
import { PinBody, PinIcon, type PinShape } from './components/pin.tsx';
import { Simulated } from './components/status.tsx';
import { formatNumber } from './locales/index.ts';
import { uiWords } from './messages/index.ts';
import { boxAround, centroid, fitBox, type Projection, scaleLength } from './projection.ts';

export type MapPin = {
  /** Number of the row that it leads to. */
  readonly number: number;
  readonly shape: PinShape;
  readonly at: Position;
  /** Read out: `1. Burst main, Weavers Street 14`. */
  readonly label: string;
};

export type MapDots = { readonly state?: 'trouble' | 'warn'; readonly at: readonly Position[] };

export type MapProps = {
  readonly city: City;
  readonly language: string;
  readonly pins: readonly MapPin[];
  readonly dots?: readonly MapDots[];
  /** Date and time of the picture, as shown. */
  readonly time: string;
  readonly legend: readonly { readonly shape: PinShape; readonly text: string }[];
  readonly note?: ComponentChildren;
  /** Where the interactive map finds its tiles (addresses with {z}, {x}, {y}); absent: no such link. */
  readonly interactive?: {
    readonly href: string;
    readonly city: string;
    readonly things: string;
    /** What needs attention among kinds that are not drawn unasked. */
    readonly urgent?: string;
    readonly live?: string;
    readonly assets: Assets;
  };
};

const width = 720;
const n = (value: number): string => String(Math.round(value));

function areaPath(geometry: AreaGeometry, { point }: Projection): string {
  const polygons = geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates;
  return polygons
    .flat()
    .map((ring) => `M${ring.map((position) => point(position).map(n).join(' ')).join('L')}Z`)
    .join('');
}

const ringsOf = (geometry: AreaGeometry): readonly (readonly Position[])[] =>
  geometry.type === 'Polygon'
    ? geometry.coordinates.slice(0, 1)
    : geometry.coordinates.flatMap((polygon) => polygon.slice(0, 1));

const largestRing = (geometry: AreaGeometry): readonly Position[] =>
  ringsOf(geometry).toSorted((a, b) => b.length - a.length)[0] ?? [];

/** A line as a path that reads from left to right, so that no name stands on its head. */
function linePath(
  line: readonly Position[],
  { point }: Projection,
): { d: string; length: number; middle: readonly [number, number] } {
  const points = line.map(point);
  const first = points[0] ?? [0, 0];
  const last = points.at(-1) ?? first;
  if (last[0] < first[0]) points.reverse();
  let length = 0;
  for (let i = 1; i < points.length; i++) {
    const [x1, y1] = points[i - 1] ?? [0, 0];
    const [x2, y2] = points[i] ?? [0, 0];
    length += Math.hypot(x2 - x1, y2 - y1);
  }
  return {
    d: `M${points.map((p) => p.map(n).join(' ')).join('L')}`,
    length,
    middle: points[points.length >> 1] ?? first,
  };
}

/** One `h0` per dot: a path of round caps is the smallest picture of many points. Equal pixels are drawn once. */
function dotsPath(at: readonly Position[], { point }: Projection): string {
  const seen = new Set<string>();
  for (const position of at) seen.add(point(position).map(n).join(' '));
  return [...seen].map((xy) => `M${xy}h0`).join('');
}

/** Room around a box, so that its edge can be seen. */
function widened([west, south, east, north]: City['bbox']): City['bbox'] {
  const [x, y] = [(east - west) / 8, (north - south) / 8];
  return [west - x, south - y, east + x, north + y];
}

/** A city without districts: its box, drawn as what it is, and its name at the centre. Nothing else is known. */
function FramedCity({ city, name, projection }: { city: City; name: string; projection: Projection }): JSX.Element {
  const [west, south, east, north] = city.bbox;
  const box: readonly Position[] = [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
  ];
  const [x, y] = projection.point(city.center);
  return (
    <>
      <path class="border" d={`M${box.map((corner) => projection.point(corner).map(n).join(' ')).join('L')}Z`} />
      <path class="dots" d={`M${n(x)} ${n(y)}h0`} />
      <text class="dist" x={n(x)} y={n(y - 16)}>
        {name}
      </text>
    </>
  );
}

/** Pushes pins apart until no two cover each other; worst first stay where they are. */
export function spread(
  places: readonly (readonly [number, number])[],
  distance: number,
): readonly (readonly [number, number])[] {
  const placed: [number, number][] = [];
  for (const [x, y] of places) {
    let best: [number, number] = [x, y];
    // Rings of eight places around the true one, outwards.
    search: for (let ring = 0; ring < 6; ring++) {
      for (let turn = 0; turn < (ring === 0 ? 1 : 8); turn++) {
        const angle = (turn * Math.PI) / 4;
        const tried: [number, number] = [
          x + Math.cos(angle) * ring * distance * 0.6,
          y + Math.sin(angle) * ring * distance * 0.6,
        ];
        if (placed.every(([px, py]) => Math.hypot(px - tried[0], py - tried[1]) >= distance)) {
          best = tried;
          break search;
        }
      }
    }
    placed.push(best);
  }
  return placed;
}

/** Keeps the names that have room: none crosses another one or a pin. */
function placeLabels<T extends { box: readonly [number, number, number, number] }>(
  wanted: readonly T[],
  taken: readonly (readonly [number, number, number, number])[],
): readonly T[] {
  const boxes = [...taken];
  return wanted.filter(({ box }) => {
    const [x1, y1, x2, y2] = box;
    if (boxes.some(([a1, b1, a2, b2]) => x1 < a2 && a1 < x2 && y1 < b2 && b1 < y2)) return false;
    boxes.push(box);
    return true;
  });
}

/** Whose geometry is drawn: its licence asks for it wherever the map is shown. */
function Credit({ city: { credit, creditUrl } }: { city: City }): JSX.Element | null {
  if (credit === undefined) return null;
  return creditUrl === undefined ? <>{credit}</> : <a href={creditUrl}>{credit}</a>;
}

/** The words of the library's controls, under its own keys. */
const controlWords = (t: ReturnType<typeof uiWords>, city: string): Record<string, string> => ({
  'Map.Title': t('mapOf', { city }),
  'NavigationControl.ZoomIn': t('zoomIn'),
  'NavigationControl.ZoomOut': t('zoomOut'),
  'CooperativeGesturesHandler.MobileHelpText': t('twoFingers'),
  'CooperativeGesturesHandler.WindowsHelpText': t('zoomWithKey', { key: 'Ctrl' }),
  'CooperativeGesturesHandler.MacHelpText': t('zoomWithKey', { key: '⌘' }),
  'ScaleControl.Meters': t('metre'),
  'ScaleControl.Kilometers': t('kilometre'),
});

/** The map with its legend and, below, the way to the interactive one. */
export function CityMap(props: MapProps): JSX.Element {
  const { city, language, pins, dots = [], time, legend, note, interactive } = props;
  const t = uiWords(language);
  // A city without districts and streets has no shape of its own yet: the map shows where its things are.
  const places = [...pins.map(({ at }) => at), ...dots.flatMap(({ at }) => at)];
  const shapeless = city.districts.length + city.streets.length === 0;
  const framed = shapeless && city.frame !== undefined && places.length === 0;
  const bbox = (shapeless && boxAround(places)) || (framed ? widened(city.bbox) : city.bbox);
  const projection = fitBox(bbox, width);
  const { height, point } = projection;
  const name = inLanguage(city.name, language).text;
  const pinPlaces = spread(
    pins.map(({ at }) => point(at)),
    30,
  );
  const groundLines = (kind: City['groundLines'][number]['kind']): string =>
    city.groundLines
      .filter((line) => line.kind === kind)
      .map(({ line }) => linePath(line, projection).d)
      .join('');
  const byKind = (kind: 'avenue' | 'street' | 'lane'): string =>
    city.streets
      .filter((street) => street.kind === kind)
      .map(({ line }) => linePath(line, projection).d)
      .join('');
  const districts = city.districts.map((district, i) => {
    const ring = largestRing(district.geometry);
    const { text, language: lang } = inLanguage(district.name, language);
    return { d: areaPath(district.geometry, projection), tint: (i % 4) + 1, text, lang, at: point(centroid(ring)) };
  });
  const pinBoxes = pinPlaces.map(([x, y]) => [x - 17, y - 17, x + 17, y + 17] as const);
  // A district's name moves up or down when a pin or another name sits on it; room is that of the larger letters on a phone.
  const taken: (readonly [number, number, number, number])[] = [...pinBoxes];
  const districtNames = districts.map(({ text, lang, at: [x, y] }) => {
    const half = text.length * 7;
    const free = [0, -28, 28, -56, 56].find((dy) =>
      taken.every(([a1, b1, a2, b2]) => x + half < a1 || x - half > a2 || y + dy + 6 < b1 || y + dy - 22 > b2),
    );
    taken.push([x - half, y + (free ?? 0) - 22, x + half, y + (free ?? 0) + 6]);
    return {
      text,
      lang,
      x,
      y: y + (free ?? 0),
      box: [x - half, y + (free ?? 0) - 18, x + half, y + (free ?? 0) + 6] as const,
    };
  });
  const streetNames = placeLabels(
    city.streets
      .filter(({ kind, name: words }) => words && (kind === 'avenue' || kind === 'street'))
      .map((street, i) => {
        const { d, length, middle } = linePath(street.line, projection);
        const { text, language: lang } = inLanguage(street.name ?? {}, language);
        const half = text.length * 3.7;
        return {
          id: `s${i}`,
          d,
          length,
          text,
          lang,
          kind: street.kind,
          half,
          box: [middle[0] - half, middle[1] - 9, middle[0] + half, middle[1] + 9] as const,
        };
      })
      .filter(({ length, half }) => length > half * 2.4)
      .sort((a, b) => (a.kind === b.kind ? b.length - a.length : a.kind === 'avenue' ? -1 : 1)),
    [...pinBoxes, ...districtNames.map(({ box }) => box)],
  ).slice(0, 9);
  const bar = scaleLength(projection, 110);
  const barUnits = bar / projection.metresPerUnit;
  const stamp = city.simulated ? `${t('stamp')} · ${name} · ${time}` : `${name} · ${time}`;
  const { href = '', assets, ...tiles } = interactive ?? {};
  return (
    <>
      <figure>
        <svg class="map" viewBox={`0 0 ${width} ${height}`} role="group" aria-label={t('mapOf', { city: name })}>
          <defs>
            {streetNames.map(({ id, d }) => (
              <path id={id} d={d} />
            ))}
          </defs>
          <g aria-hidden="true">
            {/* White streets need a ground to be seen on. */}
            {districts.length === 0 && city.streets.length > 0 && <rect class="d1" width={width} height={height} />}
            {districts.map(({ d, tint }) => (
              <path class={`d${tint}`} d={d} />
            ))}
            {city.ground.map(({ kind, geometry }) => (
              <path class={kind} d={areaPath(geometry, projection)} fill-rule="evenodd" />
            ))}
            {(['stream', 'canal', 'river', 'rail'] as const).map((kind) => (
              <path class={kind} d={groundLines(kind)} />
            ))}
            <path class="lane" d={byKind('lane')} />
            <path class="street" d={byKind('street')} />
            <path class="avenue" d={byKind('avenue')} />
            {districts.map(({ d }) => (
              <path class="border" d={d} />
            ))}
            {framed && <FramedCity city={city} name={name} projection={projection} />}
            {dots.map(
              ({ state, at }) => at.length > 0 && <path class={`dots ${state ?? ''}`} d={dotsPath(at, projection)} />,
            )}
            {streetNames.map(({ id, text, lang, kind }) => (
              <text
                class="small label"
                dy={kind === 'avenue' ? 4 : -4}
                lang={lang === language ? undefined : lang}
                text-anchor="middle"
              >
                <textPath href={`#${id}`} startOffset="50%">
                  {text}
                </textPath>
              </text>
            ))}
            {districtNames.map(({ text, lang, x, y }) => (
              <text class="dist" x={n(x)} y={n(y)} lang={lang === language ? undefined : lang}>
                {text}
              </text>
            ))}
            <g class="scale">
              <path class="s-ink" d={`M20 ${height - 20}v6h${n(barUnits)}v-6`} />
              <text x={n(20 + barUnits / 2)} y={height - 20} text-anchor="middle">
                {bar >= 1000
                  ? `${formatNumber(bar / 1000, language)} ${t('kilometre')}`
                  : `${formatNumber(bar, language)} ${t('metre')}`}
              </text>
            </g>
          </g>
          {pins.map(({ number, shape, label }, i) => (
            <g transform={`translate(${(pinPlaces[i] ?? [0, 0]).map(n).join(' ')})`}>
              <a href={`#p${number}`} aria-label={label}>
                <PinBody shape={shape} number={number} />
              </a>
            </g>
          ))}
          <text class="stamp" x={width - 14} y={height - 14} aria-hidden="true">
            {stamp}
          </text>
        </svg>
        <figcaption>
          <Simulated word={t('simulated')} when={city.simulated} /> {note} <Credit city={city} />
          <br />
          {legend.map(({ shape, text }) => (
            <span class="key leg">
              <PinIcon shape={shape} />
              {text}
            </span>
          ))}
        </figcaption>
      </figure>
      {assets && (
        <ul class="links">
          <li>
            <a
              href={href}
              data-map-open={JSON.stringify({
                ...tiles,
                languages: [language, ...languages.filter((other) => other !== language)],
                bbox,
                ...(city.simulated && { stamp: `${t('stamp')} · ${name}` }),
                ...(city.credit !== undefined && { credit: city.credit }),
                words: { loading: t('mapLoading'), failed: t('mapFailed'), locale: controlWords(t, name) },
                assets: { ...assets.maplibre, fonts: assets.fontsCss },
              })}
            >
              {t('openMap')}
            </a>
          </li>
        </ul>
      )}
    </>
  );
}
