/** Which tags of OpenStreetMap make a thing of ours. One table per layer; what stands in none is left out and counted. */
import type { GroundLine, Street } from '../profile.ts';
import type { Tags } from './block.ts';

/** https://wiki.openstreetmap.org/wiki/Key:highway */
const highways: Readonly<Record<string, Street['kind']>> = {
  motorway: 'avenue',
  motorway_link: 'avenue',
  trunk: 'avenue',
  trunk_link: 'avenue',
  primary: 'avenue',
  primary_link: 'avenue',
  secondary: 'avenue',
  secondary_link: 'avenue',
  tertiary: 'street',
  tertiary_link: 'street',
  unclassified: 'street',
  residential: 'street',
  living_street: 'street',
  pedestrian: 'street',
  road: 'street',
  busway: 'street',
  service: 'lane',
  track: 'lane',
  footway: 'path',
  path: 'path',
  cycleway: 'path',
  steps: 'path',
  bridleway: 'path',
};
/** Ways on a plot or a car park: no street map shows them. */
const onPlots = ['driveway', 'parking_aisle', 'drive-through', 'emergency_access'];

/** Undefined for what is no street of the map: planned ones, driveways, platforms, areas. */
export function streetKind(tags: Tags): Street['kind'] | undefined {
  const highway = tags['highway'];
  if (highway === undefined || tags['area'] === 'yes') return undefined;
  if (onPlots.includes(tags['service'] ?? '')) return undefined;
  return Object.hasOwn(highways, highway) ? highways[highway] : undefined;
}

/** Why a way with `highway` is no street, in words for the report; undefined when it is one or has none. */
export function noStreet(tags: Tags): string | undefined {
  if (tags['highway'] === undefined || streetKind(tags) !== undefined) return undefined;
  if (onPlots.includes(tags['service'] ?? '')) return 'driveways and aisles of car parks';
  return tags['area'] === 'yes' ? 'walking areas' : 'ways of other kinds (planned, being built, platforms)';
}

const waterways: Readonly<Record<string, GroundLine['kind']>> = {
  river: 'river',
  canal: 'canal',
  stream: 'stream',
  ditch: 'stream',
  drain: 'stream',
};
const rails = ['rail', 'light_rail', 'subway', 'tram', 'narrow_gauge', 'monorail'];

export function lineKind(tags: Tags): GroundLine['kind'] | undefined {
  const { waterway, railway, tunnel, service } = tags;
  if (waterway !== undefined) {
    return tunnel === undefined || tunnel === 'no'
      ? Object.hasOwn(waterways, waterway)
        ? waterways[waterway]
        : undefined
      : undefined;
  }
  // Yards and sidings are as many as they are confusing; what runs below the ground is not on the ground.
  if (railway === undefined || !rails.includes(railway) || service !== undefined) return undefined;
  return tunnel === 'yes' || railway === 'subway' ? undefined : 'rail';
}

const green: Readonly<Record<string, readonly string[]>> = {
  leisure: ['park', 'garden', 'nature_reserve', 'golf_course', 'common'],
  landuse: ['forest', 'grass', 'recreation_ground', 'cemetery', 'village_green', 'meadow', 'orchard', 'vineyard'],
  natural: ['wood', 'grassland', 'scrub', 'heath'],
};

export function areaKind(tags: Tags): 'water' | 'green' | undefined {
  const { natural, waterway, landuse } = tags;
  if (natural === 'water' || ['riverbank', 'dock'].includes(waterway ?? '')) return 'water';
  if (landuse === 'reservoir' || landuse === 'basin') return 'water';
  return Object.entries(green).some(([key, values]) => values.includes(tags[key] ?? '')) ? 'green' : undefined;
}

/** Tag values that make a named place to look for; the value of the pair is its kind in `places.geojson`. */
const placeKinds: Readonly<Record<string, readonly string[]>> = {
  place: ['city_block', 'hamlet', 'locality', 'neighbourhood', 'quarter', 'square', 'suburb', 'town', 'village'],
  amenity: [
    'arts_centre', 'bank', 'bus_station', 'clinic', 'college', 'community_centre', 'courthouse', 'doctors',
    'fire_station', 'hospital', 'kindergarten', 'library', 'marketplace', 'pharmacy', 'place_of_worship', 'police',
    'post_office', 'public_building', 'school', 'social_facility', 'theatre', 'townhall', 'university',
  ],
  healthcare: ['centre', 'clinic', 'hospital'],
  leisure: ['garden', 'park', 'sports_centre', 'stadium'],
  office: ['government'],
  public_transport: ['station'],
  railway: ['halt', 'station'],
  shop: ['mall'],
  tourism: ['attraction', 'museum', 'zoo'],
  aeroway: ['aerodrome', 'terminal'],
}; // prettier-ignore

/** `place=neighbourhood` is `neighbourhood`, `amenity=school` is `school`; only named things are places. */
export function placeKind(tags: Tags): string | undefined {
  if (!Object.keys(tags).some((key) => nameKey.test(key))) return undefined;
  for (const [key, values] of Object.entries(placeKinds)) {
    const value = tags[key];
    if (value === undefined || !values.includes(value)) continue;
    return key === 'office' ? 'townhall' : key === 'healthcare' && value === 'centre' ? 'clinic' : value;
  }
  // A square drawn as a walking area.
  return tags['highway'] === 'pedestrian' && tags['area'] === 'yes' ? 'square' : undefined;
}

/** Names as people know them, in our languages and plain. */
const nameKey =
  /^(name|alt_name|old_name|official_name|short_name|loc_name|int_name)(:(tg|ru|uz|uz-Cyrl|uz-Latn|kk|ky|tk|en))?$/;
const keptKeys = new Set([
  'area',
  'service',
  'tunnel',
  'type',
  'addr:street',
  'addr:place',
  'addr:housenumber',
  'addr:interpolation',
]);
const beginKeys = new Set([
  'highway',
  'waterway',
  'railway',
  'natural',
  'landuse',
  'addr:housenumber',
  'addr:interpolation',
  ...Object.keys(placeKinds),
]);

/** For `Handlers.key`. */
export function keyUse(key: string): 'begins' | 'kept' | undefined {
  if (beginKeys.has(key)) return 'begins';
  return keptKeys.has(key) || nameKey.test(key) ? 'kept' : undefined;
}
