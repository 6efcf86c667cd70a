/**
 * The interactive map, opened by a click: MapLibre with vector tiles of this server, no tiles of others, no glyph files
 * and no sprites. Names are drawn with web fonts.
 */
import type * as MapLibre from 'maplibre-gl';
import { followClock, type Heard, tellPoints } from './mapHeard.island.ts';
import { followMoves } from './mapLive.island.ts';
import { type MapSources, paintNow, pointLayers, styleOf } from './mapStyle.island.ts';

/** What the page says of the map, as JSON in `data-map-open`; see `ui/map.tsx`. */
export type MapSettings = Omit<MapSources, 'heard'> & {
  readonly live?: string;
  readonly silentAfterMs: number;
  /** The server's clock when the page was made. */
  readonly now: number;
  /** Of the city's zone. */
  readonly offsetMs: number;
  /** West, south, east, north. */
  readonly bbox: readonly [number, number, number, number];
  readonly stamp?: string;
  /** Whose geometry it is. */
  readonly credit?: string;
  readonly words: {
    readonly loading: string;
    readonly failed: string;
    /** With `{time}`. */
    readonly lastHeard: string;
    readonly locale: Record<string, string>;
  };
  readonly assets: { readonly module: string; readonly worker: string; readonly css: string; readonly fonts: string };
};

for (const link of document.querySelectorAll<HTMLAnchorElement>('[data-map-open]')) {
  const settings = JSON.parse(link.dataset['mapOpen'] ?? '{}') as MapSettings;
  const heard = { silentAfterMs: settings.silentAfterMs, aheadMs: settings.now - Date.now() };
  link.addEventListener('click', (event) => {
    event.preventDefault();
    if (link.dataset['busy'] === 'yes') return;
    link.dataset['busy'] = 'yes';
    open(link, settings, heard).catch(() => {
      link.dataset['busy'] = 'no';
      box(link).textContent = settings.words.failed;
    });
  });
}

/** The drawn map has done its work, and so has the link: two maps of one city are one too many. */
function giveWay(link: HTMLElement, place: HTMLElement, canvas: HTMLElement): void {
  const drawn = place.nextElementSibling?.querySelector<SVGElement>('svg.map');
  for (const element of [drawn, link.closest('li')]) if (element) element.style.display = 'none';
  canvas.focus({ preventScroll: true });
  place.scrollIntoView({ block: 'nearest' });
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

async function open(link: HTMLElement, settings: MapSettings, heard: Heard): Promise<void> {
  const { live, bbox, stamp, credit, words, assets, offsetMs } = settings;
  const style = (): ReturnType<typeof styleOf> => styleOf({ ...settings, heard });
  const place = box(link);
  place.textContent = words.loading;
  for (const href of [assets.css, assets.fonts]) {
    const sheet = document.createElement('link');
    sheet.rel = 'stylesheet';
    sheet.href = href;
    document.head.append(sheet);
  }
  const library = (await import(assets.module)) as typeof MapLibre;
  library.setWorkerUrl(assets.worker);
  // One letter of each subset: labels are drawn once, with whatever font is there at that moment.
  await document.fonts.load('16px "Noto Sans"', 'aşяғ').catch(() => []);
  place.textContent = '';
  for (const [name, text] of [
    ['sim mapstamp', stamp],
    ['mapcredit', credit],
  ]) {
    if (name === undefined || text === undefined) continue;
    const word = document.createElement('span');
    word.className = name;
    word.textContent = text;
    place.append(word);
  }
  const map = new library.Map({
    container: place,
    style: style(),
    bounds: [...bbox],
    fitBoundsOptions: { padding: 16 },
    attributionControl: false,
    locale: words.locale,
    cooperativeGestures: matchMedia('(pointer: coarse)').matches,
    ...(matchMedia('(prefers-reduced-motion: reduce)').matches && { fadeDuration: 0 }),
  });
  map.addControl(new library.NavigationControl({ showCompass: false }));
  map.addControl(new library.ScaleControl({ unit: 'metric' }), 'bottom-right');
  const layers = pointLayers.filter((layer) => layer !== 'urgent' || settings.urgent !== undefined);
  for (const layer of layers) {
    map.on('click', layer, (event) => {
      const href: unknown = event.features?.[0]?.properties['href'];
      if (typeof href === 'string' && href.startsWith('/')) location.assign(href);
    });
  }
  map.on('click', 'crowds', ({ lngLat }) => {
    map.easeTo({ center: lngLat, zoom: map.getZoom() + 2 });
  });
  for (const layer of [...layers, 'crowds']) {
    map.on('mouseenter', layer, () => {
      map.getCanvas().style.cursor = 'pointer';
    });
    map.on('mouseleave', layer, () => {
      map.getCanvas().style.cursor = '';
    });
  }
  const redraw = (): void => {
    map.setStyle(style());
  };
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
  new MutationObserver(redraw).observe(document.documentElement, { attributeFilter: ['data-theme'] });
  if (live !== undefined && live !== '') followMoves(map, live);
  followClock(map, layers, () => paintNow(heard));
  const popup = new library.Popup({ closeButton: false, closeOnClick: false, offset: 10 });
  tellPoints(map, popup, layers, { lastHeard: words.lastHeard, offsetMs, heard });
  giveWay(link, place, map.getCanvas());
  place.dispatchEvent(new CustomEvent('chorsu-map', { bubbles: true, detail: map }));
}
