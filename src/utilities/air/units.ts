/** Concentrations in µg/m³. */

export const pollutants = ['pm25', 'pm10', 'no2', 'o3', 'so2', 'co'] as const;
export type Pollutant = (typeof pollutants)[number];

/** As sources spell them, ours first (Smart Data Models: AirQualityObserved). */
export const spellings: Readonly<Record<Pollutant, readonly string[]>> = {
  pm25: ['pm25', 'PM25', 'pm2_5', 'PM2.5'],
  pm10: ['pm10', 'PM10'],
  no2: ['no2', 'NO2'],
  o3: ['o3', 'O3'],
  so2: ['so2', 'SO2'],
  co: ['co', 'CO'],
};

/** g/mol (IUPAC standard atomic weights, rounded). Particles have none. */
const molarMass: Readonly<Partial<Record<Pollutant, number>>> = { no2: 46.006, o3: 47.998, so2: 64.064, co: 28.01 };

/** L/mol of an ideal gas at 20 °C and 101.3 kPa, the state that Directive 2008/50/EC, annex VI C, prescribes. */
const molarVolume = 24.06;

/**
 * What a value is multiplied with to be µg/m³.
 * @param unitCode UN/CEFACT: GQ µg/m³, GP mg/m³, 61 ppb, 59 ppm
 * @returns undefined where the unit is missing or is none of a concentration: the value is then not used
 */
export function factorOf(pollutant: Pollutant, unitCode: string | undefined): number | undefined {
  const mass = molarMass[pollutant];
  switch (unitCode) {
    case 'GQ':
      return 1;
    case 'GP':
      return 1000;
    case '61':
      return mass && mass / molarVolume;
    case '59':
      return mass && (1000 * mass) / molarVolume;
    default:
      return undefined;
  }
}
