import { type City, type Position, type Words } from '../../../city/profile.ts';
import { coreContext } from '../../../ngsild/index.ts';
import type { Attributes, Instance } from '../../../ngsild/entity.ts';
import { sourceAttribute, statusAttribute, type Taken } from '../../mapping/index.ts';
import type { Day, Moment, Value } from './answer.ts';

export type Point = { readonly id: string; readonly name?: Words; readonly at?: Position };

/** What stands in front of every name, so that nobody takes a model for a station, wherever the name is shown. */
const modelWords: Record<'weather' | 'air' | 'forecast', Words> = {
  weather: {
    en: 'Weather model',
    tg: 'Модели обу ҳаво',
    ru: 'Модель погоды',
    uz: 'Ob-havo modeli',
    kk: 'Ауа райы моделі',
  },
  air: {
    en: 'Air quality model',
    tg: 'Модели сифати ҳаво',
    ru: 'Модель качества воздуха',
    uz: 'Havo sifati modeli',
    kk: 'Ауа сапасының моделі',
  },
  forecast: {
    en: 'Weather forecast',
    tg: 'Пешгӯии обу ҳаво',
    ru: 'Прогноз погоды',
    uz: 'Ob-havo prognozi',
    kk: 'Ауа райы болжамы',
  },
};

export const openMeteoTypes = { weather: 'WeatherObserved', air: 'AirQualityObserved', forecast: 'WeatherForecast' };
const iri = (name: string): string => coreContext.expand(name);
const estimated: Attributes = { [statusAttribute]: [{ type: 'Property', value: 'estimated' }] };

type Maker = { readonly source: string; readonly city: Pick<City, 'center' | 'name'>; readonly point: Point };

/** Values of now, as the model computed them: each says `estimated`. */
export function nowReading(kind: 'weather' | 'air', { atMs, values }: Moment, maker: Maker): Taken {
  return taken(kind, '', atMs, attributesOf(values, new Date(atMs).toISOString()), maker);
}

/** @param index 0 = today */
export function dayReading(day: Day, index: number, issuedMs: number, maker: Maker): Taken {
  const observedAt = new Date(issuedMs).toISOString();
  const instant = (ms: number): readonly Instance[] => [
    { type: 'Property', value: { '@type': 'DateTime', '@value': new Date(ms).toISOString() }, observedAt },
  ];
  const attrs = {
    ...attributesOf(day.values, observedAt),
    [iri('validFrom')]: instant(day.fromMs),
    [iri('validTo')]: instant(day.toMs),
  };
  return taken('forecast', `-day${index}`, issuedMs, attrs, maker);
}

function attributesOf(values: readonly Value[], observedAt: string): Record<string, readonly Instance[]> {
  const attrs: Record<string, readonly Instance[]> = {};
  for (const { variable, value } of values) {
    const { attribute, unitCode } = variable;
    attrs[iri(attribute)] = [
      { type: 'Property', value, observedAt, ...(unitCode !== undefined && { unitCode }), sub: estimated },
    ];
  }
  return attrs;
}

function taken(
  kind: keyof typeof openMeteoTypes,
  suffix: string,
  observedMs: number,
  attrs: Attributes,
  { source, city, point }: Maker,
): Taken {
  const type = openMeteoTypes[kind];
  const [longitude, latitude] = point.at ?? city.center;
  const place = point.name ?? city.name;
  const name = Object.fromEntries(
    Object.entries(modelWords[kind]).map(([language, words]) => {
      const own = place[language as keyof Words] ?? Object.values(place)[0];
      return [language, own === undefined ? words : `${words}: ${own}`];
    }),
  );
  return {
    observedMs,
    flagged: false,
    reading: {
      id: `urn:ngsi-ld:${type}:${source}-${point.id}${suffix}`,
      type: [iri(type)],
      attrs,
      atBirth: {
        [sourceAttribute]: [{ type: 'Property', value: source }],
        [iri('name')]: [{ type: 'LanguageProperty', value: name }],
        [iri('dataProvider')]: [{ type: 'Property', value: 'Open-Meteo' }],
        [iri('location')]: [{ type: 'GeoProperty', value: { type: 'Point', coordinates: [longitude, latitude] } }],
      },
      simulated: false,
    },
  };
}
