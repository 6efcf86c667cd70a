/** Street lights (Smart Data Models): Streetlight, StreetlightGroup with its controller, StreetlightFeeder per district. */
import { districtAt, numberAt } from '../place.ts';
import type { City, District, Position } from '../profile.ts';
import { composed, numbered } from './names.ts';
import { dayMs, hourMs, minuteMs, named, urn, type Device, type SimulatedAttribute, type Stream } from './device.ts';
import { lampGroups, middleOf, type Lamp, type LampGroup } from './lamps.ts';
import { keyOf, rounded, uniform } from './noise.ts';
import { nameOf, placed } from './place.ts';
import type { Facts } from './facts.ts';
import { samplePlan, type Plan } from './plan.ts';
import type { Story } from './story.ts';
import { sunElevation, sunTimes } from '../sun.ts';

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

const source = 'namuna-lights';
const lampWatt = 70;
/** Elevation of the sun at which controllers switch; civil twilight ends at -6. */
const switchAt = -3.2;
/** From midnight to five lamps burn at a half. */
const dimmed = 0.5;
/** In the plan's districts since so many days before the first start; before, they burned full all night. */
const dimmedDays = 150;
const toldHoursMax = 14;
const lampReportsMs = 10 * minuteMs;

export const lightGroupId = (group: string): string => urn('StreetlightGroup', group);
/** Names of the groups of lights. */
export const lightGroupNames = (city: City, plan = samplePlan()): readonly string[] =>
  lampGroups(city, plan).map(({ name }) => name);

export function lights(city: City, plan: Plan, seed: number, story: Story, facts: Facts): Device[] {
  const groups = lampGroups(city, plan);
  const first = groups.findIndex((group) => group.street.id === plan.lamps.largest.street);
  const devices = groups.flatMap((group, i) => {
    const key = keyOf(seed, group.name);
    const controller: Controller = {
      // Groups report in turn, so that some of the city's lights are heard from every few seconds.
      turnMs: Math.round((i / groups.length) * lampReportsMs),
      // Controllers see dusk a little differently: trees, houses, age of the sensor.
      threshold: switchAt + (uniform(key, 1) - 0.5) * 1.2,
      key,
      position: middleOf(group.lamps).position,
      offsetMs: story.offsetMs,
      isOut: (at) => story.groupOutAt(at, groups.length, first) === i,
      dimmedFromMs: dimmedFrom(districtAt(city, middleOf(group.lamps).position), plan, story),
      levelAt(at) {
        const own = levelAt(at, controller.position, controller.threshold, story.offsetMs);
        const told = facts.lightAt(group.name, at);
        // What it was told holds until the controller itself would switch.
        const holds =
          told !== undefined &&
          at - told.at < toldHoursMax * hourMs &&
          levelAt(told.at, controller.position, controller.threshold, story.offsetMs) === own;
        return holds ? told.level : own;
      },
    };
    const isDead = (lamp: Lamp): boolean => isDefective(seed, lamp);
    return [
      groupDevice(city, group, controller, group.lamps.filter(isDead).length),
      ...group.lamps.map((lamp, j) => lampDevice(city, group, controller, lamp, j, isDead(lamp))),
    ];
  });
  const lamps = groups.flatMap((group) => group.lamps);
  return [
    ...devices,
    ...city.districts.flatMap((district, i) => feederDevice(city, district, i, lamps, seed, plan, story)),
  ];
}

type Controller = {
  readonly turnMs: number;
  readonly threshold: number;
  readonly key: number;
  readonly position: Position;
  readonly offsetMs: number;
  /** Since when it dims after midnight. */
  readonly dimmedFromMs: number;
  isOut(at: number): boolean;
  /** 0 to 1. */
  levelAt(at: number): number;
};

function groupDevice(city: City, group: LampGroup, controller: Controller, defective: number): Device {
  const { position, turnMs } = controller;
  const total = group.lamps.length;
  const answering = (at: number): number => (controller.isOut(at) ? 0 : total - defective);
  return {
    source,
    id: lightGroupId(group.name),
    type: 'StreetlightGroup',
    attrs: [
      named(composed(groupName, nameOf(group.street))),
      ...placed(city, position, group.street),
      { name: 'lampsTotal', value: total },
      { name: 'powerPerLamp', value: lampWatt, unitCode: 'WTT' },
    ],
    streams: [
      {
        live: { everyMs: minuteMs, offsetMs: turnMs % minuteMs },
        read(at) {
          const level = controller.levelAt(at);
          return [
            ...stateOf(level),
            { name: 'activePower', value: rounded((answering(at) * lampWatt * level) / 1000, 2), unitCode: 'KWT' },
            { name: 'lampsNotAnswering', value: total - answering(at) },
          ];
        },
      },
      nightEnergy(controller, total * lampWatt),
    ],
  };
}

function lampDevice(
  city: City,
  group: LampGroup,
  controller: Controller,
  lamp: Lamp,
  nth: number,
  isDead: boolean,
): Device {
  const { turnMs } = controller;
  return {
    source,
    id: urn('Streetlight', lamp.name),
    type: 'Streetlight',
    attrs: [
      named(composed(numbered(lampName, Number(lamp.name.slice(-3))), nameOf(group.street))),
      ...placed(city, lamp.position, group.street, numberAt(group.street, lamp.alongM, lamp.left)),
      { name: 'status', value: isDead ? 'defectiveLamp' : 'ok' },
      { name: 'refStreetlightGroup', kind: 'Relationship', value: urn('StreetlightGroup', group.name) },
      { name: 'power', value: lampWatt, unitCode: 'WTT' },
    ],
    streams: [
      {
        live: { everyMs: lampReportsMs, offsetMs: turnMs + nth * 40 },
        // A lamp that does not answer says nothing; only its controller can tell.
        read: (at) => (isDead || controller.isOut(at) ? undefined : stateOf(controller.levelAt(at))),
        lookBackMs: 3 * dayMs,
      },
    ],
  };
}

function feederDevice(
  city: City,
  district: District,
  nth: number,
  lamps: readonly Lamp[],
  seed: number,
  plan: Plan,
  story: Story,
): Device[] {
  const { offsetMs } = story;
  const [first, ...rest] = lamps.filter((lamp) => districtAt(city, lamp.position) === district);
  if (!first) return [];
  const { position } = middleOf([first, ...rest]);
  const watts = (rest.length + 1) * lampWatt;
  return [
    {
      source,
      id: urn('StreetlightFeeder', district.id),
      type: 'StreetlightFeeder',
      attrs: [
        named(composed(feederName, district.name)),
        ...placed(city, position),
        { name: 'lampsTotal', value: rest.length + 1 },
      ],
      streams: [
        {
          live: { everyMs: minuteMs, offsetMs: nth * 13_000 + 5000 },
          read: (at) => [
            {
              name: 'activePower',
              value: rounded((watts * levelAt(at, position, switchAt, offsetMs)) / 1000, 2),
              unitCode: 'KWT',
            },
          ],
        },
        nightEnergy(
          {
            position,
            threshold: switchAt,
            offsetMs,
            key: keyOf(seed, district.id),
            dimmedFromMs: dimmedFrom(district, plan, story),
          },
          watts,
        ),
      ],
    },
  ];
}

/** The energy from dusk of yesterday to dawn of today, reported at eight in the morning. */
function nightEnergy(
  { position, threshold, offsetMs, key, dimmedFromMs }: Omit<Controller, 'turnMs' | 'isOut' | 'levelAt'>,
  watts: number,
): Stream {
  const atEight = { everyMs: dayMs, offsetMs: 8 * hourMs - offsetMs };
  return {
    live: atEight,
    past: atEight,
    read(at) {
      const dawn = sunTimes(at, position, threshold)?.rise ?? at;
      const dusk = sunTimes(at - dayMs, position, threshold)?.set ?? at;
      const fullHours = Math.max(0, (dawn - dusk) / hourMs - 5) + 5 * (at < dimmedFromMs ? 1 : dimmed);
      const spread = 0.98 + 0.04 * uniform(key, Math.floor(at / dayMs));
      return [{ name: 'nightEnergy', value: rounded((watts / 1000) * fullHours * spread, 1), unitCode: 'KWH' }];
    },
  };
}

const dimmedFrom = (district: District | undefined, plan: Plan, { startedMs }: Story): number =>
  plan.story.dimmed.includes(district?.id ?? '') ? startedMs - dimmedDays * dayMs : 0;

/** About one lamp in three hundred has failed for good and does not answer. */
function isDefective(seed: number, lamp: Lamp): boolean {
  return uniform(keyOf(seed, lamp.name), 0) < 0.0032;
}

const stateOf = (level: number): SimulatedAttribute[] => [
  { name: 'powerState', value: level === 0 ? 'off' : level < 1 ? 'low' : 'on' },
  { name: 'illuminanceLevel', value: level },
];

/** 0 by day, 1 in the evening and in the morning, a half in the small hours. */
function levelAt(at: number, position: Position, threshold: number, offsetMs: number): number {
  if (sunElevation(at, position) > threshold) return 0;
  return ((at + offsetMs) % dayMs) / hourMs < 5 ? dimmed : 1;
}
