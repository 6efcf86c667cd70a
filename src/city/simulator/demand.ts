/** How much water people draw, by the hour and the season. */
import type { Weather } from './weather.ts';

/** Share of the winter mean that flows in the dead of night when nothing leaks. */
export const nightShare = 0.43;

/** How much more is drawn in this season than in mid January: 1 to 1.24. */
export function seasonAt(weather: Weather, at: number): number {
  return 1 + 0.24 * weather.summer(at);
}

/** What the residents of a district draw at an instant, as a share of the winter mean. */
export function demandAt(weather: Weather, at: number): number {
  const hour = weather.localHour(at);
  const bump = (centre: number, width: number): number => {
    const away = Math.min(Math.abs(hour - centre), 24 - Math.abs(hour - centre));
    return Math.exp(-((away / width) ** 2));
  };
  const day = 0.8 * bump(7.8, 1.8) + 0.42 * bump(13, 3) + 0.78 * bump(19.8, 2.4);
  return (nightShare + 1.42 * day) * seasonAt(weather, at);
}
