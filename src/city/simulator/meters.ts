/**
 * A water meter at the inlet of each district (DistrictMeteredArea, a type of our own: Smart Data Models has none).
 * Volume is the integral of flow, so that a counter never runs backwards.
 */
import { lengthM, placeOn } from '../geometry.ts';
import { districtAt } from '../place.ts';
import type { City, District } from '../profile.ts';
import { demandAt, nightShare, seasonAt } from './demand.ts';
import { dayMs, hourMs, minuteMs, named, urn, type Device, type SimulatedAttribute } from './device.ts';
import type { Facts } from './facts.ts';
import { composed, numbered } from './names.ts';
import { keyOf, rounded, uniform, wander } from './noise.ts';
import { houseIn, placed, streetOf } from './place.ts';
import type { Plan } from './plan.ts';
import type { Story } from './story.ts';
import { streetsWithMains } from './valves.ts';
import type { Weather } from './weather.ts';

const meterName = {
  tg: 'Ҳисобкунаки оби ноҳия {n}, {name}',
  ru: 'Районный водомер {n}, {name}',
  uz: 'Tuman suv oʻlchagichi {n}, {name}',
  kk: 'Аудан су есептегіші {n}, {name}',
  en: 'District water meter {n}, {name}',
};
/** Courtyard houses and blocks of flats together. */
const residentsPerConnection = 6;
/** m³ per resident and hour, mean of a winter day. */
const perResident = 0.219 / 24;

export function waterMeters(
  city: City,
  plan: Plan,
  seed: number,
  story: Story,
  weather: Weather,
  facts: Facts,
): Device[] {
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
    const streets = streetsWithMains(city).filter(
      ({ id }) => id !== undefined && districtOfMain(city, id) === district,
    );
    /** What those draw whose main is closed at its valve, as a share of the district. */
    const cutOff = (at: number): number =>
      streets.reduce((sum, { id = '', residents = 0 }) => sum + (facts.valveAt(id, at) === 0 ? residents : 0), 0) /
      (district.population ?? 1);
    const flowAt = (at: number): number => {
      const burst = isBursting(at);
      const open = facts.valveAt(burst?.street.id ?? '', at) / 100;
      const lost = !burst ? 0 : at < burst.shutMs && open > 0 ? 320 * open : -0.12 * mean;
      const drawn = mean * demandAt(weather, at) * (1 + 0.05 * wander(key, at, 3 * hourMs)) * (1 - cutOff(at));
      const leaks = story.leakAt(district.id, at) * (facts.valveAt(story.leakStreet(district.id), at) / 100);
      return Math.max(0, drawn + leaks + lost);
    };
    const volumeAt = integral(flowAt, story.beginsMs, 1_200_000 + 60_000 * i);
    /** What a network of this size draws at night in this season when nothing leaks. */
    const expectedAt = (at: number): number => mean * nightShare * 1.05 * seasonAt(weather, at);
    const nightFlow = (at: number): number => {
      const from = at - 2 * hourMs;
      return [0.25, 0.75, 1.25, 1.75].reduce((sum, hours) => sum + flowAt(from + hours * hourMs), 0) / 4;
    };
    const isSilent = (at: number, isHourly: boolean): boolean => {
      if (meter.fewData) {
        // Came four months before the first start; of what it measured until the day before, a third arrived.
        if (at < story.startedMs - 120 * dayMs) return true;
        return isHourly && at < story.startedMs - dayMs && uniform(key, Math.floor(at / (6 * hourMs))) < 0.65;
      }
      return meter.district === plan.story.leak && isMeterOutage(at, story.offsetMs);
    };
    const pressureAt = (at: number): number => {
      const burst = isBursting(at);
      const calm = 4.35 - 0.42 * demandAt(weather, at) + 0.05 * wander(key ^ 3, at, 10 * minuteMs);
      return Math.max(
        0.2,
        burst && at < burst.shutMs && facts.valveAt(burst.street.id ?? '', at) > 0 ? calm - 2.7 : calm,
      );
    };
    /** Meters of houses, summed by district: no household is read. They see a little less than there is. */
    const drawnAt = (at: number): number => {
      const burst = isBursting(at);
      const dry = !burst ? 0 : (at < burst.shutMs ? 0.05 : 0.12) * mean;
      const drawn = mean * demandAt(weather, at) * (1 + 0.05 * wander(key, at, 3 * hourMs));
      return Math.max(0, 0.95 * (drawn - dry) * (1 + 0.01 * wander(key ^ 5, at, hourMs)));
    };
    const measures = (at: number): SimulatedAttribute[] => [
      { name: 'flow', value: rounded(flowAt(at) * (1 + 0.006 * wander(key ^ 1, at, minuteMs)), 1), unitCode: 'MQH' },
      { name: 'pressure', value: rounded(pressureAt(at), 2), unitCode: 'BAR' },
      { name: 'volume', value: Math.floor(volumeAt(at)), unitCode: 'MTQ' },
    ];
    // The probe of the second meter has not answered for four days.
    const isProbeSilent = (at: number): boolean => isSilent(at, true) || (i === 1 && at > story.startedMs - 4 * dayMs);
    return {
      source: 'namuna-water-meters',
      id: urn('DistrictMeteredArea', meter.id),
      type: 'DistrictMeteredArea',
      attrs: [
        named(composed(numbered(meterName, meter.id.toUpperCase()), district.name)),
        ...placed(city, houseIn(city, street, meter.number), street, meter.number),
        { name: 'residents', value: district.population ?? 0 },
        { name: 'connections', value: Math.round((district.population ?? 0) / residentsPerConnection) },
      ],
      streams: [
        {
          live: { everyMs: minuteMs, offsetMs: i * 15_000 + 3_000 },
          past: { everyMs: hourMs, offsetMs: 0 },
          read: (at) => (isSilent(at, true) ? undefined : measures(at)),
          lookBackMs: 20 * dayMs,
        },
        {
          live: { everyMs: 15 * minuteMs, offsetMs: i * 15_000 + 3_000 },
          past: { everyMs: hourMs, offsetMs: 0 },
          read: (at) =>
            isSilent(at, true) ? undefined : [{ name: 'consumption', value: rounded(drawnAt(at), 1), unitCode: 'MQH' }],
          lookBackMs: 20 * dayMs,
        },
        {
          live: { everyMs: 5 * minuteMs, offsetMs: i * 15_000 + 3_000 },
          past: { everyMs: hourMs, offsetMs: 0 },
          read(at) {
            if (isProbeSilent(at)) return undefined;
            // The ground follows the season a month later.
            const temperature = 7 + 13 * weather.summer(at - 30 * dayMs);
            return [{ name: 'waterTemperature', value: rounded(temperature, 1), unitCode: 'CEL' }];
          },
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

/** True in the weeks in which a meter's readings were lost: 16 to 29 March and 10 to 16 August of every year. */
function isMeterOutage(at: number, offsetMs: number): boolean {
  const local = new Date(at + offsetMs);
  const date = local.getUTCDate();
  return local.getUTCMonth() === 2 ? date >= 16 && date <= 29 : local.getUTCMonth() === 7 && date >= 10 && date <= 16;
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
