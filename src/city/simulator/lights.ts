/** Street lights: lamps in groups, each group with a controller, each district with a feeder. */
import { besideStreet, districtAt, numberAt } from '../place.ts';
import { lengthM } from '../geometry.ts';
import type { City, Position, Street } from '../profile.ts';
import { numbered } from './air.ts';
import { dayMs, hourMs, minuteMs, named, urn, type Device } from './device.ts';
import { keyOf, rounded, uniform } from './noise.ts';
import { composed, placed } from './place.ts';
import type { Plan } from './plan.ts';
import type { Story } from './story.ts';
import { sunElevation, sunTimes } from './sun.ts';

const lampWatt = 70;
/** Civil twilight is -6; controllers switch a little earlier. */
const switchAt = -3.2;
const half = 0.5;

type Lamp = { readonly name: string; readonly position: Position; readonly alongM: number; readonly left: boolean };
type Group = { readonly name: string; readonly street: Street; readonly lamps: readonly Lamp[] };

const groupName = {
  tg: 'Чароғҳо, {name}',
  ru: 'Фонари, {name}',
  uz: 'Chiroqlar, {name}',
  kk: 'Шамдар, {name}',
  en: 'Street lights, {name}',
};
const lampName = {
  tg: 'Чароғи {n}, {name}',
  ru: 'Фонарь {n}, {name}',
  uz: 'Chiroq {n}, {name}',
  kk: 'Шам {n}, {name}',
  en: 'Street light {n}, {name}',
};
const feederName = {
  tg: 'Хати рӯшноӣ, {name}',
  ru: 'Линия освещения, {name}',
  uz: 'Yoritish liniyasi, {name}',
  kk: 'Жарық желісі, {name}',
  en: 'Lighting feeder, {name}',
};

/**
 * Shares the lamps out over the streets by length; no group has more than 60 but the largest of the plan.
 * Lamps stand on both sides in turn, 7 m off the middle, always inside the city.
 */
export function lightGroups(city: City, plan: Plan): Group[] {
  const { largest, count } = plan.lamps;
  const others = city.streets.filter((street) => street.id !== largest.street);
  const lengths = others.map((street) => lengthM(street.line) * (street.kind === 'avenue' ? 1.6 : 1));
  const perMetre = (count - largest.count) / lengths.reduce((sum, length) => sum + length, 0);
  let carried = 0;
  let given = 0;
  return city.streets.flatMap((street) => {
    let share = largest.count;
    if (street.id !== largest.street) {
      carried += (lengths[others.indexOf(street)] ?? 0) * perMetre;
      share = Math.round(carried) - given;
      given += share;
    }
    const lamps = lampsAlong(city, street, share);
    const parts = street.id === largest.street ? 1 : Math.ceil(share / 60);
    return Array.from({ length: parts }, (_, part) => ({
      name: `${street.id ?? 'street'}-${part + 1}`,
      street,
      lamps: lamps.slice(Math.floor((part * share) / parts), Math.floor(((part + 1) * share) / parts)),
    }));
  });
}

function lampsAlong(city: City, street: Street, share: number): Lamp[] {
  const length = lengthM(street.line);
  return Array.from({ length: share }, (_, i) => {
    const alongM = ((i + 0.5) / share) * length;
    const left = i % 2 === 0;
    const sides = left ? [7, 0, -7] : [-7, 0, 7];
    const position = sides
      .map((setback) => besideStreet(street, alongM, setback))
      .find((candidate) => districtAt(city, candidate));
    if (!position) throw new Error(`${street.id} leaves the city at ${Math.round(alongM)} m`);
    return { name: `${street.id}-${String(i + 1).padStart(3, '0')}`, position, alongM, left };
  });
}

export function lights(city: City, plan: Plan, seed: number, story: Story): Device[] {
  const groups = lightGroups(city, plan);
  const first = groups.findIndex((group) => group.street.id === plan.lamps.largest.street);
  const devices: Device[] = [];
  const wattsOf = new Map<string, number>();
  groups.forEach((group, i) => {
    const key = keyOf(seed, group.name);
    const middle = group.lamps[Math.floor(group.lamps.length / 2)];
    if (!middle) return;
    const id = urn('StreetlightGroup', group.name);
    const defective = group.lamps.filter((lamp) => isDefective(seed, lamp)).length;
    // Controllers see dusk a little differently: trees, houses, age of the sensor.
    const threshold = switchAt + (uniform(key, 1) - 0.5) * 1.2;
    const level = (at: number): number => levelAt(at, middle.position, threshold, story.offsetMs);
    const out = (at: number): boolean => story.groupOutAt(at, groups.length, first) === i;
    // Groups report in turn, so that some of the city's lights are heard from every few seconds.
    const turn = Math.round((i / groups.length) * 10 * minuteMs);
    const answering = (at: number): number => (out(at) ? 0 : group.lamps.length - defective);
    const watts = group.lamps.length * lampWatt;
    for (const lamp of group.lamps) {
      const district = districtAt(city, lamp.position)?.id ?? '';
      wattsOf.set(district, (wattsOf.get(district) ?? 0) + lampWatt);
    }

    devices.push({
      source: 'namuna-lights',
      id,
      type: 'StreetlightGroup',
      attrs: [
        named(composed(groupName, group.street.name)),
        ...placed(city, middle.position, group.street),
        { name: 'lampsTotal', value: group.lamps.length },
        { name: 'powerPerLamp', value: lampWatt, unitCode: 'WTT' },
      ],
      streams: [
        {
          live: { everyMs: minuteMs, offsetMs: turn % minuteMs },
          read: (at) => [
            ...stateOf(level(at)),
            { name: 'activePower', value: rounded((answering(at) * lampWatt * level(at)) / 1000, 2), unitCode: 'KWT' },
            { name: 'lampsNotAnswering', value: group.lamps.length - answering(at) },
          ],
        },
        {
          // The night's energy, reported at eight in the morning.
          live: { everyMs: dayMs, offsetMs: 8 * hourMs - story.offsetMs },
          past: { everyMs: dayMs, offsetMs: 8 * hourMs - story.offsetMs },
          read: (at) => [
            {
              name: 'nightEnergy',
              value: rounded(
                nightEnergyKwh(at, middle.position, watts, threshold, uniform(key, Math.floor(at / dayMs))),
                1,
              ),
              unitCode: 'KWH',
            },
          ],
        },
      ],
    });

    group.lamps.forEach((lamp, j) => {
      const isDead = isDefective(seed, lamp);
      devices.push({
        source: 'namuna-lights',
        id: urn('Streetlight', lamp.name),
        type: 'Streetlight',
        attrs: [
          named(composed(numbered(lampName, j + 1), group.street.name)),
          ...placed(city, lamp.position, group.street, numberAt(group.street, lamp.alongM, lamp.left)),
          { name: 'status', value: isDead ? 'defectiveLamp' : 'ok' },
          { name: 'refStreetlightGroup', kind: 'Relationship', value: id },
          { name: 'power', value: lampWatt, unitCode: 'WTT' },
        ],
        streams: [
          {
            live: { everyMs: 10 * minuteMs, offsetMs: turn + j * 40 },
            read: (at) => (isDead || out(at) ? undefined : stateOf(level(at))),
            lookBackMs: 3 * dayMs,
          },
        ],
      });
    });
  });

  city.districts.forEach((district, i) => {
    const watts = wattsOf.get(district.id) ?? 0;
    const middle = groups.flatMap((group) => group.lamps).find((lamp) => districtAt(city, lamp.position) === district);
    if (!middle) return;
    devices.push({
      source: 'namuna-lights',
      id: urn('StreetlightFeeder', district.id),
      type: 'StreetlightFeeder',
      attrs: [named(composed(feederName, district.name)), ...placed(city, middle.position)],
      streams: [
        {
          live: { everyMs: minuteMs, offsetMs: i * 13_000 + 5_000 },
          read: (at) => [
            {
              name: 'activePower',
              value: rounded((watts * levelAt(at, middle.position, switchAt, story.offsetMs)) / 1000, 2),
              unitCode: 'KWT',
            },
          ],
        },
      ],
    });
  });
  return devices;
}

/** About one lamp in three hundred has failed for good and does not answer. */
function isDefective(seed: number, lamp: Lamp): boolean {
  return uniform(keyOf(seed, lamp.name), 0) < 0.0032;
}

const stateOf = (level: number) => [
  { name: 'powerState', value: level === 0 ? 'off' : level < 1 ? 'low' : 'on' },
  { name: 'illuminanceLevel', value: level },
];

/** 0 by day, 1 in the evening and morning, a half from midnight to five. */
function levelAt(at: number, position: Position, threshold: number, offsetMs: number): number {
  if (sunElevation(at, position) > threshold) return 0;
  const hour = ((at + offsetMs) % dayMs) / hourMs;
  return hour < 5 ? half : 1;
}

/** From dusk of yesterday to dawn of today; `luck` varies it by 2 %. */
function nightEnergyKwh(at: number, position: Position, watts: number, threshold: number, luck: number): number {
  const dawn = sunTimes(at, position, threshold)?.rise ?? at;
  const dusk = sunTimes(at - dayMs, position, threshold)?.set ?? at;
  const hours = Math.max(0, (dawn - dusk) / hourMs - 5) + 5 * half;
  return (watts / 1000) * hours * (0.98 + 0.04 * luck);
}
