/**
 * From a unit as a SensorThings service names it to UN/CEFACT. The symbol is UCUM or what people write, the definition
 * mostly an address of QUDT or UCUM; the symbol decides where both are known.
 */
const bySymbol: Readonly<Record<string, string>> = {
  '°C': 'CEL',
  '℃': 'CEL',
  C: 'CEL',
  Cel: 'CEL',
  degC: 'CEL',
  '°F': 'FAH',
  '[degF]': 'FAH',
  K: 'KEL',
  '%': 'P1',
  '%RH': 'P1',
  'ug/m3': 'GQ',
  'ug.m-3': 'GQ',
  'mg/m3': 'GP',
  'mg.m-3': 'GP',
  ppm: '59',
  '[ppm]': '59',
  ppb: '61',
  '[ppb]': '61',
  Pa: 'PAL',
  hPa: 'A97',
  mbar: 'A97',
  kPa: 'KPA',
  bar: 'BAR',
  'm/s': 'MTS',
  'm.s-1': 'MTS',
  'km/h': 'KMH',
  mm: 'MMT',
  cm: 'CMT',
  m: 'MTR',
  km: 'KMT',
  m2: 'MTK',
  m3: 'MTQ',
  l: 'LTR',
  L: 'LTR',
  'm3/h': 'MQH',
  'm3/s': 'MQS',
  'm3.s-1': 'MQS',
  'l/s': 'G51',
  'L/s': 'G51',
  'l/min': 'L2',
  V: 'VLT',
  mV: '2Z',
  A: 'AMP',
  W: 'WTT',
  kW: 'KWT',
  Wh: 'WHR',
  kWh: 'KWH',
  'W/m2': 'D54',
  Hz: 'HTZ',
  lx: 'LUX',
  dB: '2N',
  'dB(A)': '2N',
  dBA: '2N',
  deg: 'DD',
  '°': 'DD',
  s: 'SEC',
  min: 'MIN',
  h: 'HUR',
  d: 'DAY',
  kg: 'KGM',
  g: 'GRM',
  t: 'TNE',
  pH: 'Q30',
  '[pH]': 'Q30',
  '1': 'C62',
};

/** Last part of an address of QUDT, lower case without hyphens: both its vocabularies fit. */
const byDefinition: Readonly<Record<string, string>> = {
  degreecelsius: 'CEL',
  degc: 'CEL',
  degreefahrenheit: 'FAH',
  degf: 'FAH',
  kelvin: 'KEL',
  k: 'KEL',
  percent: 'P1',
  microgmperm3: 'GQ',
  milligmperm3: 'GP',
  partspermillion: '59',
  ppm: '59',
  partsperbillion: '61',
  ppb: '61',
  pascal: 'PAL',
  pa: 'PAL',
  hectopascal: 'A97',
  hectopa: 'A97',
  millibar: 'A97',
  kilopascal: 'KPA',
  kilopa: 'KPA',
  bar: 'BAR',
  meterpersecond: 'MTS',
  mpersec: 'MTS',
  kilometerperhour: 'KMH',
  kilomperhr: 'KMH',
  millimeter: 'MMT',
  millim: 'MMT',
  centimeter: 'CMT',
  centim: 'CMT',
  meter: 'MTR',
  m: 'MTR',
  cubicmeter: 'MTQ',
  m3: 'MTQ',
  liter: 'LTR',
  l: 'LTR',
  cubicmeterpersecond: 'MQS',
  m3persec: 'MQS',
  m3perhr: 'MQH',
  volt: 'VLT',
  v: 'VLT',
  ampere: 'AMP',
  watt: 'WTT',
  w: 'WTT',
  kilowatthour: 'KWH',
  hertz: 'HTZ',
  hz: 'HTZ',
  lux: 'LUX',
  decibel: '2N',
  decib: '2N',
  degreeangle: 'DD',
  deg: 'DD',
  second: 'SEC',
  unitless: 'C62',
  unity: 'C62',
};

export type UnitOfMeasurement = { readonly name: string; readonly symbol: string; readonly definition: string };

/** @param own symbols that the mapping file adds or overrides */
export function unitCodeOf(unit: UnitOfMeasurement, own: Readonly<Record<string, string>>): string | undefined {
  const symbol = unit.symbol.trim();
  for (const name of [symbol, unit.name]) if (Object.hasOwn(own, name)) return own[name];
  // Two letters for micro, raised digits, a dot or middle dot for a product: one way to write each.
  const plain = symbol
    .replaceAll(/[µμ]/g, 'u')
    .replaceAll(/[⁻¹²³]/g, (raised) => ({ '⁻': '-', '¹': '1', '²': '2', '³': '3' })[raised] ?? raised)
    .replaceAll(/[\^*{}\s]/g, '')
    .replaceAll('·', '.');
  if (Object.hasOwn(bySymbol, plain)) return bySymbol[plain];
  const last = unit.definition
    .split(/[#/]/)
    .at(-1)
    ?.toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '');
  return last !== undefined && Object.hasOwn(byDefinition, last) ? byDefinition[last] : undefined;
}
