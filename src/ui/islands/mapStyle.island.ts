/** How the interactive map looks: the page's own colours, so that light and dark agree with the drawn map. */
import type { ExpressionSpecification, LayerSpecification, StyleSpecification } from 'maplibre-gl';
import { type Heard, pointPaint } from './mapHeard.island.ts';

export type MapSources = {
  /** Tile addresses with {z}, {x}, {y}, on this server. */
  readonly city: string;
  readonly things: string;
  /** What needs attention of kinds that are too many to be drawn unasked. */
  readonly urgent: string | undefined;
  /** There are no districts: white streets need a ground to be seen on. */
  readonly ground?: boolean;
  /** The reader's language, then those that stand in for it. */
  readonly languages: readonly string[];
  readonly heard: Heard;
};

/** Points that the stream has moved away from where their tile has them. */
export const movedSource = 'moved';
export const pointLayers = ['points', 'urgent', 'moved'] as const;

const font = ['Noto Sans'];

const colourOf = (): ((name: string) => string) => {
  const css = getComputedStyle(document.documentElement);
  return (name) => css.getPropertyValue(`--${name}`).trim();
};

const stateColourOf = (colour: (name: string) => string): ExpressionSpecification => [
  'match',
  ['get', 'state'],
  'trouble',
  colour('trouble'),
  'warn',
  colour('warn'),
  colour('point'),
];

/** Of the points, as they are at this moment. */
export function paintNow(heard: Heard): ReturnType<typeof pointPaint> {
  const colour = colourOf();
  return pointPaint({ state: stateColourOf(colour), paper: colour('paper'), edge: colour('edge') }, heard);
}

export function styleOf({ city, things, urgent, languages, heard, ground = false }: MapSources): StyleSpecification {
  const colour = colourOf();
  const name: ExpressionSpecification = [
    'coalesce',
    ...languages.map((language): ExpressionSpecification => ['get', `name:${language}`]),
  ] as unknown as ExpressionSpecification;
  const kind: ExpressionSpecification = ['get', 'kind'];
  const is = (word: string): ExpressionSpecification => ['==', kind, word];
  const tiles = (path: string, maxzoom: number) => ({
    type: 'vector' as const,
    tiles: [`${location.origin}${path}`],
    maxzoom,
  });
  const stateColour = stateColourOf(colour);
  /** Width of a street by its kind, at three zooms; in between it grows evenly. */
  const streetWidth = (more: number): ExpressionSpecification => [
    'interpolate',
    ['exponential', 1.6],
    ['zoom'],
    11,
    ['match', kind, 'avenue', 2.5 + more, 'street', 1 + more, 0.6 + more],
    14,
    ['match', kind, 'avenue', 7 + more, 'street', 3.5 + more, 2 + more],
    18,
    ['match', kind, 'avenue', 40 + more, 'street', 24 + more, 14 + more],
  ];
  const streetOrder: ExpressionSpecification = ['match', kind, 'avenue', 2, 'street', 1, 0];
  const round = { 'line-cap': 'round', 'line-join': 'round' } as const;
  const there: ExpressionSpecification = ['case', ['boolean', ['feature-state', 'moved'], false], 0, 1];

  const label = (
    id: string,
    filter: ExpressionSpecification,
    size: number,
    ink: string,
    halo: string,
  ): LayerSpecification => ({
    id,
    type: 'symbol',
    source: 'city',
    'source-layer': 'label',
    filter,
    layout: {
      'text-field': name,
      'text-font': font,
      'text-size': size,
      'text-max-width': 8,
      // Large waters and parks are named before small ones.
      'symbol-sort-key': ['-', 0, ['coalesce', ['get', 'size'], 0]],
    },
    paint: { 'text-color': colour(ink), 'text-halo-color': colour(halo), 'text-halo-width': 1.75 },
  });

  const points = (id: string, source: string, layer: string | undefined): LayerSpecification[] => [
    {
      id,
      type: 'circle',
      source,
      ...(layer !== undefined && { 'source-layer': layer }),
      filter: ['!', ['has', 'count']],
      // What needs attention lies on top.
      layout: { 'circle-sort-key': ['match', ['get', 'state'], 'trouble', 2, 'warn', 1, 0] },
      paint: {
        ...paintNow(heard),
        'circle-radius': [
          'interpolate',
          ['linear'],
          ['zoom'],
          11,
          ['match', ['get', 'state'], 'trouble', 7, 'warn', 6, 3],
          16,
          ['match', ['get', 'state'], 'trouble', 12, 'warn', 10, 7],
        ],
        'circle-stroke-width': 1.5,
        'circle-opacity': there,
        'circle-stroke-opacity': there,
      },
    },
    {
      id: `${id}-names`,
      type: 'symbol',
      source,
      ...(layer !== undefined && { 'source-layer': layer }),
      filter: ['!', ['has', 'count']],
      minzoom: 16,
      layout: {
        'text-field': ['get', 'name'],
        'text-font': font,
        'text-size': 13,
        'text-anchor': 'top',
        'text-offset': [0, 0.8],
        'text-optional': true,
      },
      paint: {
        'text-color': colour('ink'),
        'text-halo-color': colour('paper'),
        'text-halo-width': 1.5,
        'text-opacity': there,
      },
    },
  ];

  return {
    version: 8,
    sources: {
      city: tiles(city, 16),
      things: { ...tiles(things, 18), promoteId: { thing: 'id' } },
      ...(urgent !== undefined && { urgent: { ...tiles(urgent, 18), promoteId: { thing: 'id' } } }),
      [movedSource]: { type: 'geojson', data: { type: 'FeatureCollection', features: [] }, promoteId: 'id' },
    },
    layers: [
      { id: 'paper', type: 'background', paint: { 'background-color': colour(ground ? 'tint-1' : 'paper') } },
      {
        id: 'districts',
        type: 'fill',
        source: 'city',
        'source-layer': 'district',
        paint: {
          'fill-color': [
            'match',
            ['get', 'tint'],
            1,
            colour('tint-1'),
            2,
            colour('tint-2'),
            3,
            colour('tint-3'),
            colour('tint-4'),
          ],
        },
      },
      ...(['green', 'water'] as const).map((word): LayerSpecification => ({
        id: word,
        type: 'fill',
        source: 'city',
        'source-layer': 'ground',
        filter: is(word),
        paint: { 'fill-color': colour(word) },
      })),
      {
        id: 'rivers',
        type: 'line',
        source: 'city',
        'source-layer': 'line',
        filter: ['!=', kind, 'rail'],
        layout: round,
        paint: {
          'line-color': colour('water'),
          'line-width': [
            'interpolate',
            ['exponential', 1.5],
            ['zoom'],
            11,
            ['match', kind, 'river', 2.5, 'canal', 1.5, 0.75],
            17,
            ['match', kind, 'river', 18, 'canal', 10, 4],
          ],
        },
      },
      {
        // The edge of a street tells it from light ground, and streets that cross from each other.
        id: 'street-edges',
        type: 'line',
        source: 'city',
        'source-layer': 'street',
        minzoom: 13,
        layout: { ...round, 'line-sort-key': streetOrder },
        paint: { 'line-color': colour('rule'), 'line-width': streetWidth(1.5) },
      },
      {
        id: 'streets',
        type: 'line',
        source: 'city',
        'source-layer': 'street',
        layout: { ...round, 'line-sort-key': streetOrder },
        paint: { 'line-color': colour('street'), 'line-width': streetWidth(0) },
      },
      {
        id: 'rails',
        type: 'line',
        source: 'city',
        'source-layer': 'line',
        filter: is('rail'),
        paint: { 'line-color': colour('edge'), 'line-dasharray': [4, 2], 'line-width': 1.5 },
      },
      {
        id: 'borders',
        type: 'line',
        source: 'city',
        'source-layer': 'district',
        paint: { 'line-color': colour('edge'), 'line-dasharray': [4, 3], 'line-width': 1.25 },
      },
      {
        id: 'areas',
        type: 'fill',
        source: 'things',
        'source-layer': 'shape',
        filter: ['==', ['geometry-type'], 'Polygon'],
        paint: { 'fill-color': stateColour, 'fill-opacity': 0.15 },
      },
      {
        id: 'lines',
        type: 'line',
        source: 'things',
        'source-layer': 'shape',
        layout: round,
        paint: {
          'line-color': stateColour,
          'line-width': [
            'interpolate',
            ['linear'],
            ['zoom'],
            11,
            ['match', ['get', 'state'], 'trouble', 2.5, 'warn', 2.5, 1],
            16,
            3,
          ],
        },
      },
      {
        id: 'street-names',
        type: 'symbol',
        source: 'city',
        'source-layer': 'street',
        layout: {
          'symbol-placement': 'line',
          'text-field': name,
          'text-font': font,
          'text-size': ['match', kind, 'avenue', 13, 12],
          'text-max-angle': 35,
          'symbol-spacing': 350,
          'symbol-sort-key': ['-', 0, streetOrder],
        },
        paint: { 'text-color': colour('muted'), 'text-halo-color': colour('street'), 'text-halo-width': 1.75 },
      },
      {
        id: 'river-names',
        type: 'symbol',
        source: 'city',
        'source-layer': 'line',
        filter: ['!=', kind, 'rail'],
        layout: {
          'symbol-placement': 'line',
          'text-field': name,
          'text-font': font,
          'text-size': 12,
          'text-max-angle': 35,
          'symbol-spacing': 400,
        },
        paint: { 'text-color': colour('water-ink'), 'text-halo-color': colour('water'), 'text-halo-width': 1.5 },
      },
      label('green-names', is('green'), 12, 'muted', 'green'),
      label('water-names', is('water'), 12, 'water-ink', 'water'),
      {
        id: 'crowds',
        type: 'circle',
        source: 'things',
        'source-layer': 'thing',
        filter: ['has', 'count'],
        paint: {
          'circle-color': colour('field'),
          'circle-radius': ['interpolate', ['linear'], ['log10', ['get', 'count']], 0, 9, 2, 14, 5, 24],
          'circle-stroke-color': colour('point'),
          'circle-stroke-width': 2,
        },
      },
      {
        id: 'crowd-counts',
        type: 'symbol',
        source: 'things',
        'source-layer': 'thing',
        filter: ['has', 'count'],
        layout: {
          'text-field': ['to-string', ['get', 'count']],
          'text-font': font,
          'text-size': 12,
          'text-allow-overlap': true,
        },
        paint: { 'text-color': colour('ink') },
      },
      {
        // What covers ground is large enough to be named before points are.
        id: 'area-names',
        type: 'symbol',
        source: 'things',
        'source-layer': 'thing',
        minzoom: 8,
        maxzoom: 16,
        filter: ['==', ['get', 'shape'], 'area'],
        layout: {
          'text-field': ['get', 'name'],
          'text-font': font,
          'text-size': 13,
          'text-anchor': 'top',
          'text-offset': [0, 0.5],
          'text-max-width': 8,
        },
        paint: { 'text-color': colour('ink'), 'text-halo-color': colour('paper'), 'text-halo-width': 1.5 },
      },
      ...points('points', 'things', 'thing'),
      ...(urgent === undefined ? [] : points('urgent', 'urgent', 'thing')),
      ...points('moved', movedSource, undefined),
      label('district-names', is('district'), 16, 'ink', 'paper'),
    ],
  };
}
