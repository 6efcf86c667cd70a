/**
 * The interactive map, opened by a click: MapLibre with the city's own shapes, no tiles of others, no glyph files and
 * no sprites. Names are drawn with web fonts. Points move as the stream tells.
 */
import type * as MapLibre from 'maplibre-gl';
import { listen } from './stream.island.ts';

type Settings = { module: string; worker: string; css: string; fonts: string };

for (const link of document.querySelectorAll<HTMLAnchorElement>('[data-map-open]')) {
  link.addEventListener('click', (event) => {
    event.preventDefault();
    if (link.dataset['busy'] === 'yes') return;
    link.dataset['busy'] = 'yes';
    open(link).catch(() => {
      link.dataset['busy'] = 'no';
      box(link).textContent = link.dataset['failed'] ?? '';
    });
  });
}

/** The place of the map: above the drawn one. */
function box(link: HTMLElement): HTMLElement {
  const figure = link.closest('section')?.querySelector('figure') ?? link;
  const known = figure.previousElementSibling;
  if (known instanceof HTMLElement && known.classList.contains('mapbox')) return known;
  const made = document.createElement('div');
  made.className = 'mapbox';
  figure.before(made);
  return made;
}

async function open(link: HTMLElement): Promise<void> {
  const { shapes = '', points = '', live, bbox = '', stamp, assets = '{}', loading = '' } = link.dataset;
  const settings = JSON.parse(assets) as Settings;
  const place = box(link);
  place.textContent = loading;
  for (const href of [settings.css, settings.fonts]) {
    const sheet = document.createElement('link');
    sheet.rel = 'stylesheet';
    sheet.href = href;
    document.head.append(sheet);
  }
  const library = (await import(settings.module)) as typeof MapLibre;
  library.setWorkerUrl(settings.worker);
  // One letter of each subset: labels are drawn once, with whatever font is there at that moment.
  await document.fonts.load('16px "Noto Sans"', 'aşяғ').catch(() => []);
  const [west = 0, south = 0, east = 0, north = 0] = bbox.split(',').map(Number);
  place.textContent = '';
  if (stamp !== undefined) {
    const word = document.createElement('span');
    word.className = 'sim mapstamp';
    word.textContent = stamp;
    place.append(word);
  }
  const map = new library.Map({
    container: place,
    style: styleOf(shapes, points),
    bounds: [west, south, east, north],
    fitBoundsOptions: { padding: 16 },
    attributionControl: false,
    cooperativeGestures: matchMedia('(pointer: coarse)').matches,
  });
  map.addControl(new library.NavigationControl({ showCompass: false }));
  map.addControl(new library.ScaleControl({ unit: 'metric' }), 'bottom-right');
  map.on('click', 'points', (event) => {
    const href: unknown = event.features?.[0]?.properties['href'];
    if (typeof href === 'string' && href.startsWith('/')) location.assign(href);
  });
  map.on('mouseenter', 'points', () => {
    map.getCanvas().style.cursor = 'pointer';
  });
  map.on('mouseleave', 'points', () => {
    map.getCanvas().style.cursor = '';
  });
  if (live !== undefined && live !== '') {
    listen(live, {
      onChange: ({ id, location: at }) => {
        const source = map.getSource<MapLibre.GeoJSONSource>('points');
        if (!at || !source) return;
        // An id that the source does not hold is a point of another filter.
        void source.updateData({ update: [{ id, newGeometry: { type: 'Point', coordinates: [at[0], at[1]] } }] });
      },
    });
  }
}

/** The page's own colours, so that light, dark and print agree with the drawn map. */
function styleOf(shapes: string, points: string): MapLibre.StyleSpecification {
  const css = getComputedStyle(document.documentElement);
  const colour = (name: string): string => css.getPropertyValue(`--${name}`).trim();
  const font = ['Noto Sans'];
  const of = (kind: string): MapLibre.FilterSpecification => ['==', ['get', 'kind'], kind];
  return {
    version: 8,
    sources: {
      shapes: { type: 'geojson', data: shapes },
      points: { type: 'geojson', data: points, promoteId: 'id' },
    },
    layers: [
      { id: 'paper', type: 'background', paint: { 'background-color': colour('paper') } },
      {
        id: 'districts',
        type: 'fill',
        source: 'shapes',
        filter: of('district'),
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
      { id: 'green', type: 'fill', source: 'shapes', filter: of('green'), paint: { 'fill-color': colour('green') } },
      { id: 'water', type: 'fill', source: 'shapes', filter: of('water'), paint: { 'fill-color': colour('water') } },
      {
        id: 'streets',
        type: 'line',
        source: 'shapes',
        filter: ['in', ['get', 'kind'], ['literal', ['avenue', 'street', 'lane']]],
        layout: { 'line-cap': 'round', 'line-join': 'round' },
        paint: {
          'line-color': colour('street'),
          'line-width': [
            'interpolate',
            ['exponential', 1.6],
            ['zoom'],
            11,
            ['match', ['get', 'kind'], 'avenue', 4, 1.5],
            17,
            ['match', ['get', 'kind'], 'avenue', 30, 14],
          ],
        },
      },
      {
        id: 'borders',
        type: 'line',
        source: 'shapes',
        filter: of('district'),
        paint: { 'line-color': colour('edge'), 'line-dasharray': [4, 3], 'line-width': 1.25 },
      },
      {
        id: 'points',
        type: 'circle',
        source: 'points',
        // What needs attention lies on top.
        layout: { 'circle-sort-key': ['match', ['get', 'state'], 'trouble', 2, 'warn', 1, 0] },
        paint: {
          'circle-color': [
            'match',
            ['get', 'state'],
            'trouble',
            colour('trouble'),
            'warn',
            colour('warn'),
            colour('point'),
          ],
          'circle-radius': [
            'interpolate',
            ['linear'],
            ['zoom'],
            11,
            ['match', ['get', 'state'], 'trouble', 7, 'warn', 6, 3],
            16,
            ['match', ['get', 'state'], 'trouble', 12, 'warn', 10, 7],
          ],
          'circle-stroke-color': colour('paper'),
          'circle-stroke-width': 1.5,
        },
      },
      {
        id: 'street-names',
        type: 'symbol',
        source: 'shapes',
        filter: ['in', ['get', 'kind'], ['literal', ['avenue', 'street']]],
        layout: { 'symbol-placement': 'line', 'text-field': ['get', 'name'], 'text-font': font, 'text-size': 13 },
        paint: { 'text-color': colour('muted'), 'text-halo-color': colour('street'), 'text-halo-width': 1.5 },
      },
      {
        id: 'district-names',
        type: 'symbol',
        source: 'shapes',
        filter: of('district'),
        layout: { 'text-field': ['get', 'name'], 'text-font': font, 'text-size': 17 },
        paint: { 'text-color': colour('ink'), 'text-halo-color': colour('paper'), 'text-halo-width': 2 },
      },
      {
        id: 'point-names',
        type: 'symbol',
        source: 'points',
        minzoom: 15,
        layout: {
          'text-field': ['get', 'name'],
          'text-font': font,
          'text-size': 13,
          'text-anchor': 'top',
          'text-offset': [0, 0.8],
          'text-optional': true,
        },
        paint: { 'text-color': colour('ink'), 'text-halo-color': colour('paper'), 'text-halo-width': 1.5 },
      },
    ],
  };
}
