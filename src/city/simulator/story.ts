/**
 * What happens in the sample city, as a pure function of when the city was first started. Around that instant there
 * is always something to see: a leak that has grown for three weeks, a main that burst in the night, a group of
 * lights out of contact, a gauge gone silent. Afterwards a main bursts every third night, elsewhere.
 */
import { lengthM, placeOn } from '../geometry.ts';
import { districtAt } from '../place.ts';
import type { City, Street } from '../profile.ts';
import { zoneOffsetMs } from '../time.ts';
import { dayMs, hourMs, minuteMs } from './device.ts';
import { keyOf, uniform } from './noise.ts';
import type { Plan } from './plan.ts';
import { streetOf } from './place.ts';

export type Burst = {
  readonly street: Street;
  readonly fromMs: number;
  /** Valves closed: no pressure in the street, the district recovers. */
  readonly shutMs: number;
  /** Water is back. */
  readonly untilMs: number;
};
export type Leak = {
  readonly district: string;
  readonly fromMs: number;
  readonly untilMs: number;
  readonly m3PerHour: number;
};

export type Story = {
  /** Nothing of the sample city is older. */
  readonly beginsMs: number;
  readonly startedMs: number;
  /** What the city's clocks are ahead of UTC. Namuna's zone has no summer time. */
  readonly offsetMs: number;
  burstAt(at: number): Burst | undefined;
  /** Extra flow of a district's leaks, m³/h. */
  leakAt(district: string, at: number): number;
  /** Under which street a district leaks; '' where no street is. */
  leakStreet(district: string): string;
  /** Which of so many groups of lights is out of contact; undefined: none. `first` is the group of the first night. */
  groupOutAt(at: number, groups: number, first: number): number | undefined;
  gaugeSilent(at: number): boolean;
  secondStationLate(at: number): boolean;
};

/** A night's trouble comes every third day. */
const cycleMs = 3 * dayMs;
/** Days before the first night on which a main burst too. */
const earlier = [58, 131, 214];

export function createStory(city: City, plan: Plan, seed: number, startedMs: number): Story {
  const offsetMs = zoneOffsetMs(city.timeZone, startedMs);
  const localMidnight = (at: number): number => Math.floor((at + offsetMs) / dayMs) * dayMs - offsetMs;
  const today = localMidnight(startedMs);
  let firstNight = localMidnight(startedMs - hourMs) + 2 * hourMs + 4 * minuteMs;
  if (firstNight > startedMs - hourMs) firstNight -= dayMs;

  const key = keyOf(seed, 'story');
  const streets = city.streets.filter((street) => street.kind === 'street' && (street.residents ?? 0) > 0);
  const burstOf = (fromMs: number, night: number): Burst => ({
    street:
      night === 0
        ? streetOf(city, plan.story.burst)
        : (streets[Math.floor(uniform(key, night) * streets.length)] as Street),
    fromMs,
    shutMs: fromMs + 4 * hourMs + 6 * minuteMs,
    // Two in the afternoon of the next day.
    untilMs: fromMs + dayMs + 11 * hourMs + 56 * minuteMs,
  });
  const past = earlier.map((days) => burstOf(firstNight - days * dayMs, -days));

  const leaks: Leak[] = [
    { district: plan.story.leak, fromMs: today - 23 * dayMs, untilMs: today + 30 * dayMs, m3PerHour: 140 },
    { district: city.districts[0]?.id ?? '', fromMs: today - 250 * dayMs, untilMs: today - 228 * dayMs, m3PerHour: 60 },
  ];
  /** From the fifth week on, one leak after the other, each found after a month, with a fortnight of calm. */
  const laterLeak = (at: number): Leak => {
    const nth = Math.floor((at - today - 44 * dayMs) / (44 * dayMs));
    const fromMs = today + (nth + 1) * 44 * dayMs;
    const district = city.districts[Math.floor(uniform(key ^ 0x27d4eb2f, nth) * city.districts.length)]?.id ?? '';
    return { district: nth < 0 ? '' : district, fromMs, untilMs: fromMs + 30 * dayMs, m3PerHour: 110 };
  };
  const leaking = new Map(
    streets
      .toReversed()
      .filter(({ id }) => id !== plan.story.burst)
      .map((street) => [districtAt(city, placeOn(street.line, lengthM(street.line) / 2).position)?.id, street.id]),
  );
  const nightOf = (at: number): number => Math.floor((at - firstNight) / cycleMs);

  return {
    beginsMs: today - 400 * dayMs,
    startedMs,
    offsetMs,
    burstAt(at) {
      if (at < firstNight) return past.find((burst) => at >= burst.fromMs && at < burst.untilMs);
      const night = nightOf(at);
      const burst = burstOf(firstNight + night * cycleMs, night);
      return at < burst.untilMs ? burst : undefined;
    },
    leakAt(district, at) {
      let sum = 0;
      for (const leak of [...leaks, laterLeak(at)]) {
        if (leak.district !== district || at < leak.fromMs || at >= leak.untilMs) continue;
        // Half of the way after a week: a crack grows fast, then slower.
        sum += leak.m3PerHour * 1.15 * (1 - 2 ** (-(at - leak.fromMs) / (7.5 * dayMs)));
      }
      return sum;
    },
    leakStreet: (district) => leaking.get(district) ?? '',
    groupOutAt(at, groups, first) {
      const from = firstNight - 52 * minuteMs;
      if (at < from) return undefined;
      const night = Math.floor((at - from) / cycleMs);
      if (at - from - night * cycleMs > 37 * hourMs) return undefined;
      return night === 0 ? first : Math.floor(uniform(key ^ 0x5bd1e995, night) * groups);
    },
    gaugeSilent: (at) => at >= today - 3 * dayMs - 4 * hourMs && at < today + 14 * dayMs,
    secondStationLate: (at) => at >= startedMs - 40 * minuteMs && at < startedMs + 20 * hourMs,
  };
}
