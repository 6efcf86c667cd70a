/** Metres of the Universal Transverse Mercator grid (WGS 84) to degrees. */

export type UtmZone = { readonly zone: number; readonly south: boolean };

/** `42N`, `36S`; undefined for anything else. Bands other than N and S are not told apart: write the hemisphere. */
export function parseUtmZone(text: string): UtmZone | undefined {
  const match = /^(\d{1,2})([NS])$/i.exec(text.trim());
  const zone = Number(match?.[1]);
  return match && zone >= 1 && zone <= 60 ? { zone, south: match[2]?.toUpperCase() === 'S' } : undefined;
}

const flattening = 1 / 298.257223563;
const scale = 0.9996;
const n = flattening / (2 - flattening);
/** Radius of the circle that is as long as a meridian: 6,367,449.1458 m. */
const meridianRadius = (6_378_137 / (1 + n)) * (1 + n ** 2 / 4 + n ** 4 / 64);
// Krüger's series to the fourth power of n, exact to less than a millimetre within a zone (Karney 2011, eq. 36).
const beta = [
  n / 2 - (2 / 3) * n ** 2 + (37 / 96) * n ** 3 - n ** 4 / 360,
  n ** 2 / 48 + n ** 3 / 15 - (437 / 1440) * n ** 4,
  (17 / 480) * n ** 3 - (37 / 840) * n ** 4,
  (4397 / 161_280) * n ** 4,
];
const eccentricity = Math.sqrt(flattening * (2 - flattening));
const degree = 180 / Math.PI;

/**
 * @param east  metres, 500,000 on the zone's middle meridian
 * @param north metres from the equator, in the south from 10,000,000 m south of it
 * @returns longitude and latitude; undefined for what lies far outside of the zone
 */
export function utmToDegrees(
  east: number,
  north: number,
  { zone, south }: UtmZone,
): readonly [number, number] | undefined {
  const y = south ? north - 10_000_000 : north;
  // A zone is at most 668 km wide; degrees in a column of metres are not taken for a place on the equator.
  if (!(east > 50_000 && east < 950_000 && Math.abs(y) <= 9_400_000)) return undefined;
  const xi = y / (scale * meridianRadius);
  const eta = (east - 500_000) / (scale * meridianRadius);
  let xi1 = xi;
  let eta1 = eta;
  for (const [index, factor] of beta.entries()) {
    const twice = 2 * (index + 1);
    xi1 -= factor * Math.sin(twice * xi) * Math.cosh(twice * eta);
    eta1 -= factor * Math.cos(twice * xi) * Math.sinh(twice * eta);
  }
  // The latitude on the sphere that keeps angles, then by iteration the one on the ellipsoid.
  const conformal = Math.sin(xi1) / Math.hypot(Math.sinh(eta1), Math.cos(xi1));
  let tangent = conformal;
  for (let round = 0; round < 5; round++) {
    const sigma = Math.sinh(eccentricity * Math.atanh((eccentricity * tangent) / Math.hypot(1, tangent)));
    const reached = tangent * Math.hypot(1, sigma) - sigma * Math.hypot(1, tangent);
    tangent +=
      ((conformal - reached) / Math.hypot(1, reached)) *
      ((1 + (1 - eccentricity ** 2) * tangent ** 2) / ((1 - eccentricity ** 2) * Math.hypot(1, tangent)));
  }
  const longitude = zone * 6 - 183 + Math.atan2(Math.sinh(eta1), Math.cos(xi1)) * degree;
  return [rounded(longitude), rounded(Math.atan(tangent) * degree)];
}

/** To a tenth of a metre or less: more decimals would say more than the metres do. */
const rounded = (value: number): number => Math.round(value * 1e7) / 1e7;
