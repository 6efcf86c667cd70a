/** One weather for the whole city, so that air, heating and water agree with each other. */
import { dayMs, hourMs } from './device.ts';
import { keyOf, uniform, wander } from './noise.ts';

export type Weather = {
  /** °C in the shade. */
  temperature(at: number): number;
  /** Per cent. */
  humidity(at: number): number;
  /** 0: the air is mixed; 1: a lid of warm air keeps smoke on the ground. */
  inversion(at: number): number;
  /** 0 to 1: dust from the plain, mostly in summer. */
  dust(at: number): number;
  /** 0 in mid January, 1 in mid July. */
  summer(at: number): number;
  /** Hours of the local day, 0 to 24. */
  localHour(at: number): number;
};

const yearMs = 365.2425 * dayMs;
const midJanuary = Date.UTC(2001, 0, 15);

export function createWeather(seed: number, offsetMs: number): Weather {
  const warmth = keyOf(seed, 'warmth');
  const calm = keyOf(seed, 'calm');
  const storms = keyOf(seed, 'storms');
  const localHour = (at: number): number => ((((at + offsetMs) % dayMs) + dayMs) % dayMs) / hourMs;
  const summer = (at: number): number => 0.5 - 0.5 * Math.cos((2 * Math.PI * (at - midJanuary)) / yearMs);
  /** 1 at the warmest hour (15:00), -1 at three in the night. */
  const afternoon = (at: number): number => Math.cos(((localHour(at) - 15) / 12) * Math.PI);
  const temperature = (at: number): number =>
    2.5 +
    27 * summer(at) +
    (4 + 3.5 * summer(at)) * afternoon(at) +
    4.5 * wander(warmth, at, 4.5 * dayMs) +
    0.6 * wander(warmth ^ 1, at, 2 * hourMs);
  return {
    temperature,
    summer,
    localHour,
    humidity: (at) =>
      Math.min(98, Math.max(9, 72 - 46 * summer(at) - 13 * afternoon(at) + 12 * wander(warmth ^ 2, at, 2 * dayMs))),
    inversion(at) {
      const winter = Math.max(0, 1 - 1.9 * summer(at));
      const stillness = 0.6 + 0.4 * wander(calm, at, 3 * dayMs);
      const hour = localHour(at);
      // Stoves and traffic under the lid: mornings and evenings.
      const bump = (centre: number, width: number): number => Math.exp(-(((hour - centre) / width) ** 2));
      return (
        winter * stillness * Math.min(1, 0.22 + 0.85 * bump(8.2, 1.9) + 0.9 * bump(20.5, 2.6) + 0.3 * bump(0, 2.5))
      );
    },
    dust(at) {
      // An episode of two days, about one in nine, when the season is dry.
      const episode = Math.floor(at / (2 * dayMs));
      if (uniform(storms, episode) > 0.11 + 0.12 * summer(at)) return 0;
      const share = (at % (2 * dayMs)) / (2 * dayMs);
      return summer(at) * Math.sin(Math.PI * share) ** 2;
    },
  };
}
