/** Air stations: AirQualityObserved of Smart Data Models. */
import type { City } from '../profile.ts';
import { districtAt } from '../place.ts';
import { hourMs, minuteMs, named, urn, type Device } from './device.ts';
import { composed, numbered } from './names.ts';
import { keyOf, rounded, uniform, wander } from './noise.ts';
import { houseIn, placed, streetOf } from './place.ts';
import type { Plan } from './plan.ts';
import type { Story } from './story.ts';
import type { Weather } from './weather.ts';

const stationName = {
  tg: 'Дидгоҳи ҳаво {n}, {name}',
  ru: 'Пост воздуха {n}, {name}',
  uz: 'Havo posti {n}, {name}',
  kk: 'Ауа бекеті {n}, {name}',
  en: 'Air station {n}, {name}',
};

export function airStations(city: City, plan: Plan, seed: number, story: Story, weather: Weather): Device[] {
  return plan.airStations.map((station, i) => {
    const street = streetOf(city, station.street);
    const position = houseIn(city, street, station.number);
    const key = keyOf(seed, station.id);
    // The low district in the south-west lies under the smoke; the one by the river is aired.
    const exposure = [1, 0.82, 1.22][i] ?? 1;
    return {
      source: 'namuna-air',
      id: urn('AirQualityObserved', station.id),
      type: 'AirQualityObserved',
      attrs: [
        named(composed(numbered(stationName, i + 1), districtAt(city, position)?.name ?? city.name)),
        ...placed(city, position, street, station.number),
        { name: 'stationCode', value: station.id },
      ],
      streams: [
        {
          live: { everyMs: minuteMs, offsetMs: i * 17_000 },
          past: { everyMs: hourMs, offsetMs: 0 },
          read(at) {
            if (i === 1 && (story.secondStationLate(at) || isOutage(at, story.offsetMs))) return undefined;
            // A value in a hundred is lost on the way.
            if (uniform(key, Math.floor(at / minuteMs)) < 0.01) return undefined;
            const dust = weather.dust(at);
            const smoke = weather.inversion(at) * exposure;
            const flutter = 1 + 0.12 * wander(key, at, 25 * minuteMs);
            const fine = (9 + 96 * smoke + 46 * dust) * flutter + 1.5;
            const coarse = fine * (1.45 + 1.4 * dust + 0.25 * weather.summer(at)) + 6;
            const temperature = weather.temperature(at) + ([0.3, -0.6, 0.1][i] ?? 0);
            return [
              { name: 'pm25', value: rounded(fine, 1), unitCode: 'GQ' },
              { name: 'pm10', value: rounded(coarse, 1), unitCode: 'GQ' },
              { name: 'temperature', value: rounded(temperature, 1), unitCode: 'CEL' },
              { name: 'relativeHumidity', value: rounded(weather.humidity(at), 0), unitCode: 'P1' },
            ];
          },
        },
      ],
    };
  });
}

/** The second station is away for calibration from 5 to 18 May of every year. */
function isOutage(at: number, offsetMs: number): boolean {
  const local = new Date(at + offsetMs);
  return local.getUTCMonth() === 4 && local.getUTCDate() >= 5 && local.getUTCDate() <= 18;
}
