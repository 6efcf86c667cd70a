/** District heating: substations (HeatSubstation, a type of our own) that follow the weather from mid October to mid April. */
import type { City } from '../profile.ts';
import { composed, numbered } from './names.ts';
import { dayMs, hourMs, minuteMs, named, urn, type Device } from './device.ts';
import { keyOf, rounded, uniform, wander } from './noise.ts';
import { houseIn, nameOf, placed } from './place.ts';
import type { Plan } from './plan.ts';
import type { Story } from './story.ts';
import type { Weather } from './weather.ts';

const substationName = {
  tg: 'Зеристгоҳи гармӣ {n}, {name}',
  ru: 'Теплопункт {n}, {name}',
  uz: 'Issiqlik punkti {n}, {name}',
  kk: 'Жылу пункті {n}, {name}',
  en: 'Heat substation {n}, {name}',
};

/** 15 October to 15 April, by the local date. */
export function isHeating(at: number, offsetMs: number): boolean {
  const local = new Date(at + offsetMs);
  const day = (local.getUTCMonth() + 1) * 100 + local.getUTCDate();
  return day >= 1015 || day <= 415;
}

export function heatSubstations(city: City, plan: Plan, seed: number, story: Story, weather: Weather): Device[] {
  const streets = city.streets.filter((street) => street.kind === 'street' && (street.numbers ?? 0) > 30);
  return Array.from({ length: plan.substations }, (_, i): Device => {
    const street = streets[(i * 11) % streets.length];
    if (!street) throw new Error('the sample city has no streets for substations');
    const code = `hs-${String(i + 1).padStart(2, '0')}`;
    const key = keyOf(seed, code);
    const number = 3 + Math.floor(uniform(key, 0) * ((street.numbers ?? 30) - 6));
    const size = 22 + 34 * uniform(key, 1);
    // One exchanger is set wrong: water comes back nearly as hot as it went.
    const isWrong = i === 16;
    const isSilent = (at: number): boolean => i === 8 && isWinterOutage(at, story.offsetMs);
    const read = (at: number) => {
      if (isSilent(at)) return undefined;
      const outside = weather.temperature(at);
      const operating = isHeating(at, story.offsetMs);
      const flutter = wander(key, at, 20 * minuteMs);
      // Homes lose heat in proportion to what the air outside lacks to 18 °C.
      const load = Math.min(1, Math.max(0.12, (18 - outside) / 30));
      const supply = operating ? 48 + 44 * load + 1.2 * flutter : Math.max(12, outside) + 2 * uniform(key, 2);
      const drop = isWrong ? 0.04 : 0.36 + 0.05 * uniform(key, 3);
      const back = operating ? Math.max(supply * (1 - drop), 30) : supply - 0.4;
      const flow = operating ? size * (0.72 + 0.28 * load) * (1 + 0.02 * flutter) : 0;
      return [
        { name: 'supplyTemperature', value: rounded(supply, 1), unitCode: 'CEL' },
        { name: 'returnTemperature', value: rounded(back, 1), unitCode: 'CEL' },
        { name: 'flow', value: rounded(flow, 1), unitCode: 'MQH' },
        { name: 'operating', value: operating },
      ];
    };
    const measured = (at: number) => read(at)?.filter((attribute) => attribute.name !== 'operating');
    return {
      source: 'namuna-heat',
      id: urn('HeatSubstation', code),
      type: 'HeatSubstation',
      attrs: [
        named(composed(numbered(substationName, i + 1), nameOf(street))),
        ...placed(city, houseIn(city, street, number), street, number),
      ],
      streams: [
        {
          live: { everyMs: minuteMs, offsetMs: Math.round((i / plan.substations) * minuteMs) },
          read,
          lookBackMs: 20 * dayMs,
        },
        // The past keeps every hour of the heating season and nothing of the summer, when nothing runs.
        {
          past: { everyMs: hourMs, offsetMs: 0 },
          read: (at) => (isHeating(at, story.offsetMs) ? measured(at) : undefined),
        },
      ],
    };
  });
}

/** The ninth substation's link was down from 12 to 25 January of every year. */
function isWinterOutage(at: number, offsetMs: number): boolean {
  const local = new Date(at + offsetMs);
  return local.getUTCMonth() === 0 && local.getUTCDate() >= 12 && local.getUTCDate() <= 25;
}
