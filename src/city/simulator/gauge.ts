/** The level gauge of the canal (FloodMonitoring of Smart Data Models), which has gone silent. */
import type { City } from '../profile.ts';
import { hourMs, dayMs, minuteMs, named, urn, type Device } from './device.ts';
import { keyOf, rounded, wander } from './noise.ts';
import { placed, streetOf } from './place.ts';
import type { Plan } from './plan.ts';
import type { Story } from './story.ts';
import type { Weather } from './weather.ts';

const name = {
  tg: 'Сатҳи канали Ҷӯйбор',
  ru: 'Уровень канала Джуйбор',
  uz: 'Joʻybor kanali sathi',
  kk: 'Жуйбор каналының деңгейі',
  en: 'Level of Juybor Canal',
};

export function canalGauge(city: City, plan: Plan, seed: number, story: Story, weather: Weather): Device[] {
  const key = keyOf(seed, plan.gauge.id);
  const level = (at: number): number =>
    // Melting snow in late spring, little in winter.
    0.62 +
    0.55 * weather.summer(at + 45 * dayMs) ** 2 +
    0.08 * wander(key, at, 2 * dayMs) +
    0.015 * wander(key ^ 1, at, hourMs);
  return [
    {
      source: 'namuna-canal',
      id: urn('FloodMonitoring', plan.gauge.id),
      type: 'FloodMonitoring',
      attrs: [
        named(name),
        ...placed(city, plan.gauge.at, streetOf(city, plan.gauge.street)),
        { name: 'alertLevel', value: 1.5, unitCode: 'MTR' },
        { name: 'dangerLevel', value: 1.8, unitCode: 'MTR' },
      ],
      streams: [
        {
          live: { everyMs: 5 * minuteMs, offsetMs: 40_000 },
          past: { everyMs: hourMs, offsetMs: 0 },
          read: (at) =>
            story.gaugeSilent(at)
              ? undefined
              : [{ name: 'currentLevel', value: rounded(level(at), 3), unitCode: 'MTR' }],
          lookBackMs: 10 * dayMs,
        },
        {
          // The gateway's word about the gauge. It comes rarely, so that the source itself shows as silent.
          live: { everyMs: dayMs, offsetMs: 6 * hourMs - story.offsetMs },
          read: (at) => [{ name: 'linkState', value: story.gaugeSilent(at) ? 'lost' : 'connected' }],
        },
      ],
    },
  ];
}
