/** The main under each street: Pipe of Smart Data Models, with the pressure at its middle. */
import { lengthM, placeOn } from '../geometry.ts';
import type { City } from '../profile.ts';
import { demandAt } from './demand.ts';
import { dayMs, hourMs, minuteMs, named, urn, type Device } from './device.ts';
import type { Facts } from './facts.ts';
import { composed } from './names.ts';
import { keyOf, rounded, uniform, wander } from './noise.ts';
import { nameOf, placed } from './place.ts';
import type { Story } from './story.ts';
import { streetsWithMains } from './valves.ts';
import type { Weather } from './weather.ts';

const mainName = {
  tg: 'Қубури об, {name}',
  ru: 'Водовод, {name}',
  uz: 'Suv quvuri, {name}',
  kk: 'Су құбыры, {name}',
  en: 'Water main, {name}',
};

export function waterMains(city: City, seed: number, story: Story, weather: Weather, facts: Facts): Device[] {
  const streets = streetsWithMains(city);
  return streets.map((street, i) => {
    const id = street.id ?? String(i);
    const key = keyOf(seed, `main ${id}`);
    const length = lengthM(street.line);
    const { position } = placeOn(street.line, length / 2);
    const height = 4.2 - 0.5 * uniform(key, 0);
    const burstHere = (at: number) => {
      const burst = story.burstAt(at);
      return burst?.street === street ? burst : undefined;
    };
    return {
      source: 'namuna-water-mains',
      id: urn('Pipe', id),
      type: 'Pipe',
      attrs: [
        named(composed(mainName, nameOf(street))),
        ...placed(city, position, street).filter((attribute) => attribute.name !== 'location'),
        {
          name: 'location',
          kind: 'GeoProperty' as const,
          value: { type: 'LineString', coordinates: street.line.map(([long, lat]) => [long, lat]) },
        },
        { name: 'length', value: Math.round(length), unitCode: 'MTR' },
        { name: 'diameter', value: { avenue: 400, street: 200, lane: 110, path: 0 }[street.kind], unitCode: 'MMT' },
        { name: 'residents', value: street.residents ?? 0 },
      ],
      streams: [
        {
          live: { everyMs: 5 * minuteMs, offsetMs: Math.round((i / streets.length) * 5 * minuteMs) },
          past: { everyMs: dayMs, offsetMs: 12 * hourMs - story.offsetMs },
          read: (at) => {
            const burst = burstHere(at);
            const calm = height - 0.38 * demandAt(weather, at) + 0.06 * wander(key, at, 10 * minuteMs);
            const closed = facts.valveAt(id, at) === 0;
            const pressure = closed ? 0 : !burst ? calm : at < burst.shutMs ? 1.1 + 0.1 * wander(key, at, minuteMs) : 0;
            return [
              { name: 'pressure', value: rounded(pressure, 2), unitCode: 'BAR' },
              { name: 'residentsWithoutWater', value: burst || closed ? (street.residents ?? 0) : 0 },
            ];
          },
        },
      ],
    };
  });
}
