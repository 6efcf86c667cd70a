/**
 * Water: a meter at the inlet of each district (DistrictMeteredArea, a type of our own: Smart Data Models has none) and
 * the main under each street (Pipe). Volume is the integral of flow, so that a counter never runs backwards.
 */
import { lengthM, placeOn } from '../geometry.ts';
import type { City, District } from '../profile.ts';
import { districtAt } from '../place.ts';
import { dayMs, hourMs, minuteMs, named, urn, type Device, type SimulatedAttribute } from './device.ts';
import { keyOf, rounded, uniform, wander } from './noise.ts';
import { composed, houseIn, placed, streetOf } from './place.ts';
import { numbered } from './air.ts';
import type { Plan } from './plan.ts';
import type { Story } from './story.ts';
import type { Weather } from './weather.ts';

const meterName = {
  tg: 'Ҳисобкунаки оби ноҳия {n}, {name}',
  ru: 'Районный водомер {n}, {name}',
  uz: 'Tuman suv oʻlchagichi {n}, {name}',
  kk: 'Аудан су есептегіші {n}, {name}',
  en: 'District water meter {n}, {name}',
};
const mainName = {
  tg: 'Қубури об, {name}',
  ru: 'Водовод, {name}',
  uz: 'Suv quvuri, {name}',
  kk: 'Су құбыры, {name}',
  en: 'Water main, {name}',
};

/** m³ per resident and hour, mean of a winter day. */
const perResident = 0.219 / 24;
/** Share of the mean that flows in the dead of night when nothing leaks. */
const nightShare = 0.43;

export function water(city: City, plan: Plan, seed: number, story: Story, weather: Weather): Device[] {
  return [...meters(city, plan, seed, story, weather), ...mains(city, seed, story, weather)];
}

/** What the residents of a district draw at an instant, as a share of the winter mean. */
function demandAt(weather: Weather, at: number): number {
  const hour = weather.localHour(at);
  const bump = (centre: number, width: number): number => {
    const away = Math.min(Math.abs(hour - centre), 24 - Math.abs(hour - centre));
    return Math.exp(-((away / width) ** 2));
  };
  const day = 0.8 * bump(7.8, 1.8) + 0.42 * bump(13, 3) + 0.78 * bump(19.8, 2.4);
  const season = 1 + 0.24 * weather.summer(at);
  return (nightShare + 1.42 * day) * season;
}

/** True in the weeks in which a meter's readings were lost: 16 to 29 March and 10 to 16 August of every year. */
export function isMeterOutage(at: number, offsetMs: number): boolean {
  const local = new Date(at + offsetMs);
  const date = local.getUTCDate();
  return local.getUTCMonth() === 2 ? date >= 16 && date <= 29 : local.getUTCMonth() === 7 && date >= 10 && date <= 16;
}

function meters(city: City, plan: Plan, seed: number, story: Story, weather: Weather): Device[] {
  return plan.meters.map((meter, i) => {
    const district = city.districts.find((candidate) => candidate.id === meter.district);
    if (!district) throw new Error(`the plan names the district "${meter.district}"`);
    const street = streetOf(city, meter.street);
    const key = keyOf(seed, meter.id);
    const mean = (district.population ?? 0) * perResident;
    const isBursting = (at: number) => {
      const burst = story.burstAt(at);
      return burst && districtOfMain(city, burst.street.id ?? '') === district ? burst : undefined;
    };
    const flowAt = (at: number): number => {
      const burst = isBursting(at);
      const lost = !burst ? 0 : at < burst.shutMs ? 320 : -0.12 * mean;
      const drawn = mean * demandAt(weather, at) * (1 + 0.05 * wander(key, at, 3 * hourMs));
      return Math.max(0, drawn + story.leakAt(district.id, at) + lost);
    };
    const volumeAt = integral(flowAt, story.beginsMs, 1_200_000 + 60_000 * i);
    /** What a network of this size draws at night in this season when nothing leaks. */
    const expectedAt = (at: number): number => mean * nightShare * 1.05 * (1 + 0.24 * weather.summer(at));
    const nightFlow = (at: number): number => {
      const from = at - 2 * hourMs;
      return [0.25, 0.75, 1.25, 1.75].reduce((sum, hours) => sum + flowAt(from + hours * hourMs), 0) / 4;
    };
    const isSilent = (at: number, noticeable: boolean): boolean => {
      if (meter.fewData) {
        // Came in four months ago; a third of its hours arrives, in the past as now.
        if (at < story.startedMs - 120 * dayMs) return true;
        return noticeable && at < story.startedMs - dayMs && uniform(key, Math.floor(at / (6 * hourMs))) < 0.65;
      }
      return meter.district === plan.story.leak && isMeterOutage(at, story.offsetMs);
    };
    const pressureAt = (at: number): number => {
      const burst = isBursting(at);
      const calm = 4.35 - 0.42 * demandAt(weather, at) + 0.05 * wander(key ^ 3, at, 10 * minuteMs);
      return Math.max(0.2, burst && at < burst.shutMs ? calm - 2.7 : calm);
    };
    const measures = (at: number): SimulatedAttribute[] => [
      { name: 'flow', value: rounded(flowAt(at) * (1 + 0.006 * wander(key ^ 1, at, minuteMs)), 1), unitCode: 'MQH' },
      { name: 'pressure', value: rounded(pressureAt(at), 2), unitCode: 'BAR' },
      { name: 'volume', value: Math.floor(volumeAt(at)), unitCode: 'MTQ' },
    ];
    // The probe of the second meter has not answered for four days.
    const probe = (at: number): SimulatedAttribute[] =>
      i === 1 && at > story.startedMs - 4 * dayMs
        ? []
        : [{ name: 'waterTemperature', value: rounded(7 + 13 * weather.summer(at - 30 * dayMs), 1), unitCode: 'CEL' }];
    return {
      source: 'namuna-water-meters',
      id: urn('DistrictMeteredArea', meter.id),
      type: 'DistrictMeteredArea',
      attrs: [
        named(composed(numbered(meterName, meter.id.toUpperCase()), district.name)),
        ...placed(city, houseIn(city, street, meter.number), street, meter.number),
        { name: 'residents', value: district.population ?? 0 },
      ],
      streams: [
        {
          live: { everyMs: minuteMs, offsetMs: i * 15_000 + 3_000 },
          past: { everyMs: hourMs, offsetMs: 0 },
          read: (at) => (isSilent(at, true) ? undefined : [...measures(at), ...probe(at)]),
          lookBackMs: 20 * dayMs,
        },
        {
          // Two to four in the night, when little is drawn; known at four.
          live: { everyMs: dayMs, offsetMs: 4 * hourMs - story.offsetMs },
          past: { everyMs: dayMs, offsetMs: 4 * hourMs - story.offsetMs },
          read: (at) => {
            if (isSilent(at, false)) return undefined;
            const flow = nightFlow(at);
            return [
              { name: 'nightFlow', value: rounded(flow, 0), unitCode: 'MQH' },
              { name: 'nightFlowExpected', value: rounded(expectedAt(at), 0), unitCode: 'MQH' },
              { name: 'nightFlowRatio', value: rounded(flow / expectedAt(at), 2), unitCode: 'C62' },
            ];
          },
          lookBackMs: 20 * dayMs,
        },
      ],
    };
  });
}

/** Trapezoids between whole hours, summed once and kept: a cache, not a state. */
function integral(flowAt: (at: number) => number, beginsMs: number, startM3: number): (at: number) => number {
  const first = Math.floor(beginsMs / hourMs);
  const flows = [flowAt(first * hourMs)];
  const sums = [startM3];
  return (at) => {
    const place = Math.max(0, at / hourMs - first);
    const n = Math.floor(place);
    while (sums.length <= n + 1) {
      const before = flows.at(-1) ?? 0;
      const here = flowAt((first + flows.length) * hourMs);
      flows.push(here);
      sums.push((sums.at(-1) ?? 0) + (before + here) / 2);
    }
    const share = place - n;
    const [from = 0, to = 0] = [flows[n], flows[n + 1]];
    return (sums[n] ?? 0) + share * (from + (share * (to - from)) / 2);
  };
}

/** The district of the middle of a street's main. */
function districtOfMain(city: City, streetId: string): District | undefined {
  const street = streetOf(city, streetId);
  return districtAt(city, placeOn(street.line, lengthM(street.line) / 2).position);
}

function mains(city: City, seed: number, story: Story, weather: Weather): Device[] {
  return city.streets.map((street, i) => {
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
        named(composed(mainName, street.name)),
        ...placed(city, position, street).filter((attribute) => attribute.name !== 'location'),
        {
          name: 'location',
          kind: 'GeoProperty' as const,
          value: { type: 'LineString', coordinates: street.line.map(([long, lat]) => [long, lat]) },
        },
        { name: 'length', value: Math.round(length), unitCode: 'MTR' },
        { name: 'diameter', value: { avenue: 400, street: 200, lane: 110 }[street.kind], unitCode: 'MMT' },
        { name: 'residents', value: street.residents ?? 0 },
      ],
      streams: [
        {
          live: { everyMs: 5 * minuteMs, offsetMs: Math.round((i / city.streets.length) * 5 * minuteMs) },
          past: { everyMs: dayMs, offsetMs: 12 * hourMs - story.offsetMs },
          read: (at) => {
            const burst = burstHere(at);
            const calm = height - 0.38 * demandAt(weather, at) + 0.06 * wander(key, at, 10 * minuteMs);
            const pressure = !burst ? calm : at < burst.shutMs ? 1.1 + 0.1 * wander(key, at, minuteMs) : 0;
            return [
              { name: 'pressure', value: rounded(pressure, 2), unitCode: 'BAR' },
              { name: 'residentsWithoutWater', value: burst ? (street.residents ?? 0) : 0 },
            ];
          },
        },
      ],
    };
  });
}
