/** The sun over the city, to about a minute and a tenth of a degree: enough for street lights. */
import type { Position } from './profile.ts';

const radians = Math.PI / 180;
const dayMs = 86_400_000;

/** Declination in radians and equation of time in minutes, after Spencer (1971) with the J2000 mean anomaly. */
function sunOn(at: number): { declination: number; equationMin: number } {
  const days = (at - Date.UTC(2000, 0, 1, 12)) / dayMs;
  const anomaly = (357.5291 + 0.98560028 * days) * radians;
  const centre = 1.9148 * Math.sin(anomaly) + 0.02 * Math.sin(2 * anomaly);
  const longitude = (280.4665 + 0.98564736 * days + centre) * radians;
  const declination = Math.asin(Math.sin(longitude) * Math.sin(23.4393 * radians));
  const equationMin = 4 * (-centre + 2.466 * Math.sin(2 * longitude) - 0.053 * Math.sin(4 * longitude));
  return { declination, equationMin };
}

/** Degrees of the sun's centre above the horizon, without refraction. */
export function sunElevation(at: number, [long, lat]: Position): number {
  const { declination, equationMin } = sunOn(at);
  const solarHours = (at % dayMs) / 3_600_000 + long / 15 + equationMin / 60;
  const hourAngle = (solarHours - 12) * 15 * radians;
  const sine =
    Math.sin(lat * radians) * Math.sin(declination) +
    Math.cos(lat * radians) * Math.cos(declination) * Math.cos(hourAngle);
  return Math.asin(sine) / radians;
}

/**
 * When the sun passes an elevation around the solar noon that is nearest to an instant.
 * @param elevation degrees; -0.833 is sunrise and sunset as almanacs give them
 * @returns ms since 1970; undefined where the sun does not pass it that day
 */
export function sunTimes(
  at: number,
  position: Position,
  elevation = -0.833,
): { rise: number; set: number } | undefined {
  const [long, lat] = position;
  const { declination, equationMin } = sunOn(at);
  const noonOfDay = 12 * 3_600_000 - (long / 15 + equationMin / 60) * 3_600_000;
  const noon = Math.round((at - noonOfDay) / dayMs) * dayMs + noonOfDay;
  const cosine =
    (Math.sin(elevation * radians) - Math.sin(lat * radians) * Math.sin(declination)) /
    (Math.cos(lat * radians) * Math.cos(declination));
  if (cosine < -1 || cosine > 1) return undefined;
  const half = (Math.acos(cosine) / radians / 15) * 3_600_000;
  return { rise: noon - half, set: noon + half };
}
