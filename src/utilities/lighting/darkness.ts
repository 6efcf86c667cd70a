import { sunTimes, type Position } from '../../city/index.ts';
import { dayMs, hourMs } from '../period.ts';

/**
 * Hours from sunset to sunrise (the sun's upper edge at the horizon, 0.833° below it as almanacs have it) of the night that ends on a day.
 * @param day midnight of that day where the lamps are
 */
export function darkHoursOf(day: number, position: Position): number {
  const noon = day + 12 * hourMs;
  const [before, after] = [sunTimes(noon - dayMs, position), sunTimes(noon, position)];
  // Beyond the polar circle the sun may not rise; no lamp of ours is there.
  return before && after ? (after.rise - before.set) / hourMs : 0;
}
