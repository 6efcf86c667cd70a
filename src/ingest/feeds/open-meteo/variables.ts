/** What is asked of Open-Meteo, in which unit it has to come, and which attribute of Smart Data Models it becomes. */
export type Variable = {
  readonly name: string;
  readonly attribute: string;
  /** As the answer names it; another unit is refused, not converted by guess. */
  readonly units: readonly string[];
  /** UN/CEFACT. */
  readonly unitCode?: string;
};

const microgram = ['μg/m³', 'µg/m³', 'ug/m3'];

export const weatherNow: readonly Variable[] = [
  { name: 'temperature_2m', attribute: 'temperature', units: ['°C'], unitCode: 'CEL' },
  { name: 'relative_humidity_2m', attribute: 'relativeHumidity', units: ['%'], unitCode: 'P1' },
  { name: 'precipitation', attribute: 'precipitation', units: ['mm'], unitCode: 'MMT' },
  { name: 'surface_pressure', attribute: 'atmosphericPressure', units: ['hPa'], unitCode: 'A97' },
  { name: 'wind_speed_10m', attribute: 'windSpeed', units: ['m/s'], unitCode: 'MTS' },
  { name: 'wind_direction_10m', attribute: 'windDirection', units: ['°'], unitCode: 'DD' },
];

export const airNow: readonly Variable[] = [
  { name: 'pm2_5', attribute: 'pm25', units: microgram, unitCode: 'GQ' },
  { name: 'pm10', attribute: 'pm10', units: microgram, unitCode: 'GQ' },
  { name: 'nitrogen_dioxide', attribute: 'no2', units: microgram, unitCode: 'GQ' },
  { name: 'ozone', attribute: 'o3', units: microgram, unitCode: 'GQ' },
  { name: 'carbon_monoxide', attribute: 'co', units: microgram, unitCode: 'GQ' },
  { name: 'european_aqi', attribute: 'airQualityIndex', units: ['EAQI'] },
];

/** Of a whole day, in the city's own time. */
export const weatherOfDay: readonly Variable[] = [
  { name: 'temperature_2m_max', attribute: 'temperatureMax', units: ['°C'], unitCode: 'CEL' },
  { name: 'temperature_2m_min', attribute: 'temperatureMin', units: ['°C'], unitCode: 'CEL' },
  { name: 'precipitation_sum', attribute: 'precipitation', units: ['mm'], unitCode: 'MMT' },
  { name: 'precipitation_probability_max', attribute: 'precipitationProbability', units: ['%'], unitCode: 'P1' },
  { name: 'wind_speed_10m_max', attribute: 'windSpeed', units: ['m/s'], unitCode: 'MTS' },
];
