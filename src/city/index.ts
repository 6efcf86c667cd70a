/** The door of the city: profile, places, law packs, the sample city and its simulator. */
export { emptyCity } from './empty.ts';
export { loadCity, parseCity, type ReadFile } from './load.ts';
export { addressWords, besideStreet, districtAt, houseAt, numberAt, streetsNear, type NearStreet } from './place.ts';
export { boxDistanceM, distanceM, type Box } from './geometry.ts';
export { initCity, type InitOptions, type InitResult } from './init.ts';
export { takeStreets, type StreetsOptions, type StreetsResult } from './osmStreets.ts';
export { searchOf, type CitySearch, type SearchResult } from './search/search.ts';
export { chooseCity, keepProfile, type KeptProfile } from './kept.ts';
export { findShippedCity, listShippedCities, namuna } from './shipped.ts';
export { countries, lawPackOf } from './law.ts';
export { defaultWatches } from './watches.ts';
export { zoneOffsetMs } from './time.ts';
export { sunTimes } from './sun.ts';
export { inLanguage, languages } from './profile.ts';
export { crossesItself as crossingOf } from './geometry.ts';
export { findNaming, slug } from './naming.ts';
export type * from './profile.ts';

export { createSimulator, type Simulator, type SimulatorOptions } from './simulator/simulator.ts';
export type { Facts } from './simulator/facts.ts';
export { streetsWithMains, valveId } from './simulator/valves.ts';
export { lightGroupId, lightGroupNames } from './simulator/lights.ts';
export type { Birth, SimulatedAttribute, SimulatedReading } from './simulator/device.ts';
export type { SimulatedSource } from './simulator/sources.ts';
