/**
 * The sample city's devices. Deterministic and without a state: a value is a function of the seed, the instant of the
 * first start, the entity, the attribute and the time, so any range can be computed again after a restart.
 */
import type { City } from '../profile.ts';
import { airStations } from './air.ts';
import { buses } from './buses.ts';
import { dayMs, type Birth, type Device, type Rhythm, type SimulatedReading, type Stream } from './device.ts';
import { untouched, type Facts } from './facts.ts';
import { canalGauge } from './gauge.ts';
import { heatSubstations } from './heat.ts';
import { lights } from './lights.ts';
import { waterMains } from './mains.ts';
import { waterMeters } from './meters.ts';
import { samplePlan, type Plan } from './plan.ts';
import { simulatedSources, type SimulatedSource } from './sources.ts';
import { createStory } from './story.ts';
import { valves } from './valves.ts';
import { createWeather } from './weather.ts';

export type Simulator = {
  readonly sources: readonly SimulatedSource[];
  /**
   * Every entity as it is at an instant: what it has from birth and the newest values reported before that instant.
   * Values that a device has never reported are missing, not zero.
   */
  entities(at: number): Birth[];
  /**
   * The past: coarse readings (hourly, daily) in [from, to), one batch per entity and local day, days in order. Within a
   * batch an attribute stands once for each instant, in time order.
   */
  backfill(from: number, to: number): Iterable<SimulatedReading>;
  /** What the devices report in [from, to), in time order. tick(a, b) followed by tick(b, c) is tick(a, c). */
  tick(from: number, to: number): SimulatedReading[];
};

export type SimulatorOptions = {
  readonly city: City;
  readonly seed: number;
  /** When this sample city was first started, ms since 1970: the same after every restart. Stories are told around it. */
  readonly startedAt: number;
  readonly plan?: Plan;
  /** What was done to its valves. Default: nothing. */
  readonly facts?: Facts;
};

/** @throws Error when the city is not simulated: nothing made up ever enters a real city */
export function createSimulator({
  city,
  seed,
  startedAt,
  plan = samplePlan(),
  facts = untouched,
}: SimulatorOptions): Simulator {
  if (!city.simulated) throw new Error(`${city.id} is not a simulated city`);
  const story = createStory(city, plan, seed, startedAt);
  const weather = createWeather(seed, story.offsetMs);
  const devices: readonly Device[] = [
    ...waterMeters(city, plan, seed, story, weather, facts),
    ...waterMains(city, seed, story, weather, facts),
    ...valves(city, facts),
    ...lights(city, plan, seed, story, facts),
    ...buses(city, plan, seed, story),
    ...airStations(city, plan, seed, story, weather),
    ...heatSubstations(city, plan, seed, story, weather),
    ...canalGauge(city, plan, seed, story, weather),
  ];
  return {
    sources: simulatedSources,
    entities: (at) => devices.map((device) => bornAt(device, at)),
    *backfill(from, to) {
      const begins = Math.max(from, story.beginsMs);
      let day = Math.floor((begins + story.offsetMs) / dayMs) * dayMs - story.offsetMs;
      for (; day < to; day += dayMs) {
        for (const device of devices) {
          const batch = pastOf(device, Math.max(begins, day), Math.min(to, day + dayMs));
          if (batch) yield batch;
        }
      }
    },
    tick(from, to) {
      const readings: { at: number; reading: SimulatedReading }[] = [];
      for (const device of devices) {
        for (const { live, read } of device.streams) {
          for (const at of instants(live, from, to)) {
            const values = read(at);
            if (values) readings.push({ at, reading: readingOf(device, values, at) });
          }
        }
      }
      // The sort is stable: at one instant devices keep their order, so ranges compose.
      return readings.sort((one, other) => one.at - other.at).map(({ reading }) => reading);
    },
  };
}

/** The instants of a rhythm in [from, to). */
function* instants(rhythm: Rhythm | undefined, from: number, to: number): Generator<number> {
  if (!rhythm) return;
  const { everyMs, offsetMs } = rhythm;
  for (let at = Math.ceil((from - offsetMs) / everyMs) * everyMs + offsetMs; at < to; at += everyMs) yield at;
}

function readingOf(
  { source, id, type }: Device,
  values: ReturnType<Stream['read']> & {},
  at: number,
): SimulatedReading {
  return { source, id, type, attrs: values.map((value) => ({ ...value, observedAt: at })) };
}

function pastOf(device: Device, from: number, to: number): SimulatedReading | undefined {
  const attrs: SimulatedReading['attrs'][number][] = [];
  for (const { past, read } of device.streams) {
    for (const at of instants(past, from, to)) {
      for (const value of read(at) ?? []) attrs.push({ ...value, observedAt: at });
    }
  }
  return attrs.length > 0 ? { source: device.source, id: device.id, type: device.type, attrs } : undefined;
}

function bornAt(device: Device, at: number): Birth {
  const attrs = new Map<string, Birth['attrs'][number]>(device.attrs.map((value) => [value.name, value]));
  for (const { live, read, lookBackMs = dayMs } of device.streams) {
    if (!live) continue;
    const { everyMs, offsetMs } = live;
    let instant = Math.ceil((at - offsetMs) / everyMs - 1) * everyMs + offsetMs;
    for (; instant >= at - lookBackMs - everyMs; instant -= everyMs) {
      const values = read(instant);
      if (!values) continue;
      for (const value of values) attrs.set(value.name, { ...value, observedAt: instant });
      break;
    }
  }
  return { source: device.source, id: device.id, type: device.type, attrs: [...attrs.values()] };
}
