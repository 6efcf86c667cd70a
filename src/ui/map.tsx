/**
 * The city drawn by the server: district tints, water, green, streets with names, pins that lead to rows of the list.
 * One SVG without script. Hundreds of ordinary points are one path of round dots; pins that would cover each other
 * move apart.
 */
import type { ComponentChildren, JSX } from 'preact';
import { type City, inLanguage, type Position } from '../city/profile.ts';
import { PinBody, PinIcon, type PinShape } from './components/pin.tsx';
import { Simulated } from './components/status.tsx';
import { formatNumber } from './locales/index.ts';
import { uiWords } from './messages/index.ts';
import { type InteractiveMap, InteractiveMapLink } from './mapLink.tsx';
import {
  areaMiddle,
  areaPath,
  drawnStreets,
  groundLinePaths,
  groundPaths,
  namedGround,
  streetPath,
} from './mapDrawing.ts';
import { namePath, type NameStyle, placedNames, roomAlong, type Room, withRoom } from './mapNames.ts';
import { spread } from './mapPins.ts';
import { type MapDots, type MapPin, type Picture, pictureOf } from './mapPicture.ts';
import { type Projection, scaleLength } from './projection.ts';

export type MapProps = {
  readonly city: City;
  readonly language: string;
  readonly pins: readonly MapPin[];
  readonly dots?: readonly MapDots[];
  /** Date and time of the picture, as shown. */
  readonly time: string;
  readonly legend: readonly { readonly shape: PinShape; readonly text: string }[];
  /** @param dots that the picture shows; the map itself says how many marks lie outside of it */
  readonly note?: (dots: number) => ComponentChildren;
  /** Where the interactive map finds its tiles (addresses with {z}, {x}, {y}); absent: no such link. */
  readonly interactive?: InteractiveMap;
};

const n = (value: number): string => String(Math.round(value));

/** From so many metres in a unit on, streets are drawn thin: the picture shows a large city. */
const denseMetresPerUnit = 15;
/** Room of letters: of districts, of the same on a phone, of everything else. */
const districtLetters: NameStyle = { letter: 10.5, line: 20, lettersMax: 14 };
const phoneLetters: NameStyle = { letter: 14.5, line: 26, lettersMax: 14 };
const smallLetters: NameStyle = { letter: 7.2, line: 16, lettersMax: 16 };
const streetNamesMax = 12;

const count = (dots: readonly MapDots[] = []): number => dots.reduce((sum, { at }) => sum + at.length, 0);

/** One `h0` per dot: a path of round caps is the smallest picture of many points. Equal pixels are drawn once. */
function dotsPath(at: readonly Position[], { point }: Projection): string {
  const seen = new Set<string>();
  for (const position of at) seen.add(point(position).map(n).join(' '));
  return [...seen].map((xy) => `M${xy}h0`).join('');
}

/** A city without districts: its box, drawn as what it is, and its name at the centre while nothing else is there. */
function FramedCity({
  city,
  name,
  projection,
}: {
  city: City;
  name: string | undefined;
  projection: Projection;
}): JSX.Element {
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
      {name !== undefined && (
        <>
          <path class="dots" d={`M${n(x)} ${n(y)}h0`} />
          <text class="dist" x={n(x)} y={n(y - 16)}>
            {name}
          </text>
        </>
      )}
    </>
  );
}

/** Whose geometry is drawn: its licence asks for it wherever the map is shown. */
function Credit({ city: { credit, creditUrl } }: { city: City }): JSX.Element | null {
  if (credit === undefined) return null;
  return creditUrl === undefined ? <>{credit}</> : <a href={creditUrl}>{credit}</a>;
}

type Drawing = ReturnType<typeof drawing>;
const drawings = new WeakMap<City, { readonly bbox: City['bbox']; readonly drawing: Drawing }>();

/** What is the same in every language, drawn once: a large city costs a tenth of a second. */
function drawingOf(city: City, bbox: City['bbox'], projection: Projection): Drawing {
  const known = drawings.get(city);
  if (known?.bbox.join() === bbox.join()) return known.drawing;
  const made = drawing(city, projection);
  drawings.set(city, { bbox, drawing: made });
  return made;
}

function drawing(city: City, projection: Projection) {
  const { drawn, left } = drawnStreets(city.streets, projection);
  return {
    drawn,
    left,
    streets: (['path', 'lane', 'street', 'avenue'] as const)
      .map((kind) => ({ kind, d: streetPath(drawn, kind) }))
      .filter(({ d }) => d !== ''),
    ground: groundPaths(city.ground, projection),
    lines: groundLinePaths(city.groundLines, projection),
    districts: city.districts.map(({ geometry }, i) => ({ d: areaPath(geometry, projection), tint: (i % 4) + 1 })),
    middles: city.districts.map(({ geometry }) => areaMiddle(geometry, projection)),
    named: namedGround(city.ground, projection),
  };
}

/** A name of one line or several. */
function NameText(props: {
  class: string;
  at: readonly [number, number];
  rows: readonly string[];
  lang: string | undefined;
}): JSX.Element {
  const { at, rows, lang } = props;
  const [x, y] = at.map(n) as [string, string];
  return (
    <text class={props.class} x={x} y={y} lang={lang} text-anchor="middle">
      {rows.length === 1
        ? rows[0]
        : rows.map((row, i) => (
            <tspan x={x} dy={i === 0 ? 0 : '1.15em'}>
              {row}
            </tspan>
          ))}
    </text>
  );
}

/** The map with its legend and, below, the way to the interactive one. */
export function CityMap(props: MapProps): JSX.Element {
  const { city, language, time, legend, note, interactive } = props;
  const t = uiWords(language);
  const { bbox, projection, framed, pins, dots, outside }: Picture = pictureOf(city, props.pins, props.dots);
  const { width, height, point } = projection;
  const name = inLanguage(city.name, language).text;
  const pinPlaces = spread(
    pins.map(({ at }) => point(at)),
    30,
  );
  const bar = scaleLength(projection, 110);
  const barUnits = bar / projection.metresPerUnit;
  const stamp = city.simulated ? `${t('stamp')} · ${name} · ${time}` : `${name} · ${time}`;
  /** The scale and the stamp; on a phone the scale is not there, and the stamp is wider. */
  const furniture = (letter: number, line: number): Room[] => [
    [0, height - 44, 24 + barUnits, height],
    [width - 20 - stamp.length * letter, height - 10 - line, width, height],
  ];
  const isDense = projection.metresPerUnit > denseMetresPerUnit;
  const { drawn, left, streets, ground, lines, districts, middles, named } = drawingOf(city, bbox, projection);
  const taken = [...furniture(7.2, 18), ...pinPlaces.map(([x, y]): Room => [x - 17, y - 17, x + 17, y + 17])];
  const districtNames = placedNames(
    city.districts
      .map(({ name: words }, i) => ({ ...inLanguage(words, language), at: middles[i] ?? point(city.center) }))
      .map((of) => ({ of, text: of.text, at: of.at })),
    districtLetters,
    taken,
    projection,
  );
  // On a phone letters are larger: what then has no room stands there only when asked for, on the interactive map.
  const onPhone = placedNames(
    districtNames.map(({ of, x, y, lines: rows }) => ({
      of,
      text: of.text,
      at: [x, y + (rows.length / 2 - 0.8) * districtLetters.line],
    })),
    phoneLetters,
    furniture(12, 28).slice(1),
    projection,
  );
  const phoneNames = new Set(onPhone.filter(({ moved }) => !moved).map(({ of }) => of));
  const groundNames = placedNames(
    named.map(({ kind, name: words, at }) => {
      const of = { kind, ...inLanguage(words, language) };
      return { of, text: of.text, at };
    }),
    smallLetters,
    taken,
    projection,
  ).filter(({ moved }) => !moved);
  const streetNames = withRoom(
    drawn
      .filter(({ street: { kind, name: words } }) => words && (kind === 'avenue' || kind === 'street'))
      .flatMap((one, i) => {
        const { text, language: lang } = inLanguage(one.street.name ?? {}, language);
        const room = roomAlong(one, text.length * smallLetters.letter, 14);
        return room ? [{ id: `s${i}`, d: namePath(one), text, lang, kind: one.street.kind, room }] : [];
      }),
    taken,
    streetNamesMax,
  );
  const other = (lang: string): string | undefined => (lang === language ? undefined : lang);
  return (
    <>
      <figure>
        <svg
          class={isDense ? 'map dense' : 'map'}
          viewBox={`0 0 ${width} ${height}`}
          role="group"
          aria-label={t('mapOf', { city: name })}
        >
          <defs>
            {streetNames.map(({ id, d }) => (
              <path id={id} d={d} />
            ))}
          </defs>
          <g aria-hidden="true">
            {/* White streets need a ground to be seen on. */}
            {districts.length === 0 && streets.length > 0 && <rect class="d1" width={width} height={height} />}
            {districts.map(({ d, tint }) => (
              <path class={`d${tint}`} d={d} />
            ))}
            {ground.map(({ kind, d }) => (
              <path class={kind} d={d} fill-rule="evenodd" />
            ))}
            {lines.water !== '' && <path class="river" d={lines.water} />}
            {lines.rail !== '' && <path class="rail" d={lines.rail} />}
            {streets.map(({ kind, d }) => (
              <path class={kind} d={d} />
            ))}
            {districts.map(({ d }) => (
              <path class="border" d={d} />
            ))}
            {framed && (
              <FramedCity
                city={city}
                name={props.pins.length + count(props.dots) === 0 ? name : undefined}
                projection={projection}
              />
            )}
            {dots.map(({ state, at }) => {
              const d = dotsPath(at, projection);
              return (
                d !== '' && (
                  <>
                    <path class={`dots ${state ?? ''}`} d={d} />
                    {state === 'silent' && <path class="dots hole" d={d} />}
                  </>
                )
              );
            })}
            {streetNames.map(({ id, text, lang, kind }) => (
              <text class="small label" dy={kind === 'avenue' ? 4 : -4} lang={other(lang)} text-anchor="middle">
                <textPath href={`#${id}`} startOffset="50%">
                  {text}
                </textPath>
              </text>
            ))}
            {groundNames.map(({ of: { kind, language: lang }, x, y, lines: rows }) => (
              <NameText
                class={`small ${kind === 'water' ? 'wat' : 'gre'}`}
                at={[x, y]}
                rows={rows}
                lang={other(lang)}
              />
            ))}
            {districtNames.map(({ of, x, y, lines: rows }) => (
              <NameText
                class={phoneNames.has(of) ? 'dist' : 'dist small'}
                at={[x, y]}
                rows={rows}
                lang={other(of.language)}
              />
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
          <Simulated word={t('simulated')} when={city.simulated} /> {note?.(count(dots))}{' '}
          {outside > 0 && t('outsideMap', { n: outside })} {left > 0 && t('streetsLeft')} <Credit city={city} />
          <br />
          {legend.map(({ shape, text }) => (
            <span class="key leg">
              <PinIcon shape={shape} />
              {text}
            </span>
          ))}
        </figcaption>
      </figure>
      {interactive && (
        <InteractiveMapLink
          to={interactive}
          city={city}
          language={language}
          bbox={bbox}
          ground={districts.length === 0 && streets.length > 0}
        />
      )}
    </>
  );
}
