/** gtfs-realtime.proto 2.0 as tables: number of a field -> what becomes of its value. What is not here is skipped and counted. */
import { double, float, int32, message, signed, text, unsigned, word } from './fieldReaders.ts';
import type {
  Alert,
  Carriage,
  EntitySelector,
  FeedHeader,
  Position,
  StopTimeEvent,
  StopTimeUpdate,
  TimeRange,
  TripDescriptor,
  TripProperties,
  TripUpdate,
  VehicleDescriptor,
  VehiclePosition,
} from './message.ts';
import type { Draft, Fields } from './wire.ts';
import * as words from './words.ts';

export type DraftVehicle = Draft<VehiclePosition> & { readonly carriages: Carriage[] };
export type DraftAlert = Draft<Alert> & { readonly periods: TimeRange[]; readonly informed: EntitySelector[] };
export type DraftTripUpdate = Draft<TripUpdate> & { readonly stops: StopTimeUpdate[] };

export const headerFields: Fields<Draft<FeedHeader>> = {
  1: text('version'),
  2: word('incrementality', words.incrementality),
  3: unsigned('timestampS'),
};

const tripFields: Fields<Draft<TripDescriptor>> = {
  1: text('tripId'),
  2: text('startTime'),
  3: text('startDate'),
  4: word('relationship', words.tripRelationship),
  5: text('routeId'),
  6: unsigned('directionId'),
};

const vehicleDescriptorFields: Fields<Draft<VehicleDescriptor>> = {
  1: text('id'),
  2: text('label'),
  3: text('licensePlate'),
  4: word('wheelchair', words.wheelchairAccess),
};

// --- vehicles ---------------------------------------------------------------------------------------------------------

const positionFields: Fields<Draft<Position>> = {
  1: float('latitude'),
  2: float('longitude'),
  3: float('bearing'),
  4: double('odometerM'),
  5: float('speedMPerS'),
};

const carriageFields: Fields<Draft<Carriage>> = {
  1: text('id'),
  2: text('label'),
  3: word('occupancy', words.occupancyStatus),
  4: int32('occupancyPercent'),
  5: unsigned('sequence'),
};

export const vehicleFields: Fields<DraftVehicle> = {
  1: message('trip', tripFields),
  2: (wire, into) => {
    const at = wire.position;
    const { latitude, longitude, ...rest } = wire.message<Draft<Position>>({ ...into.position }, positionFields);
    if (latitude === undefined || longitude === undefined) return wire.fail('half a position', at);
    into.position = { ...rest, latitude, longitude };
  },
  3: unsigned('stopSequence'),
  4: word('status', words.vehicleStopStatus),
  5: unsigned('timestampS'),
  6: word('congestion', words.congestionLevel),
  7: text('stopId'),
  8: message('vehicle', vehicleDescriptorFields),
  9: word('occupancy', words.occupancyStatus),
  10: unsigned('occupancyPercent'),
  11: (wire, into) => {
    into.carriages.push(wire.message<Draft<Carriage>>({}, carriageFields));
  },
};

// --- notices ----------------------------------------------------------------------------------------------------------

const rangeFields: Fields<Draft<TimeRange>> = { 1: unsigned('startS'), 2: unsigned('endS') };

const selectorFields: Fields<Draft<EntitySelector>> = {
  1: text('agencyId'),
  2: text('routeId'),
  3: int32('routeType'),
  4: message('trip', tripFields),
  5: text('stopId'),
  6: unsigned('directionId'),
};

const translationFields: Fields<{ text?: string; language?: string }> = { 1: text('text'), 2: text('language') };

const translationsFields: Fields<Record<string, string>> = {
  1: (wire, into) => {
    const at = wire.position;
    const said = wire.message<{ text?: string; language?: string }>({}, translationFields);
    if (said.text === undefined) return wire.fail('a translation without a text', at);
    // A language called `__proto__` would be no entry of its own.
    if (/^[A-Za-z0-9-]{0,35}$/.test(said.language ?? '')) into[said.language ?? ''] = said.text;
    else wire.badTexts++;
  },
};

export const alertFields: Fields<DraftAlert> = {
  1: (wire, into) => {
    into.periods.push(wire.message<Draft<TimeRange>>({}, rangeFields));
  },
  5: (wire, into) => {
    into.informed.push(wire.message<Draft<EntitySelector>>({}, selectorFields));
  },
  6: word('cause', words.cause),
  7: word('effect', words.effect),
  8: message('url', translationsFields),
  10: message('header', translationsFields),
  11: message('description', translationsFields),
  14: word('severity', words.severityLevel),
  17: message('causeDetail', translationsFields),
  18: message('effectDetail', translationsFields),
};

// --- trips ------------------------------------------------------------------------------------------------------------

const stopTimeEventFields: Fields<Draft<StopTimeEvent>> = {
  1: int32('delayS'),
  2: signed('timeS'),
  3: int32('uncertaintyS'),
  4: signed('scheduledTimeS'),
};

const stopTimePropertiesFields: Fields<Draft<StopTimeUpdate>> = { 1: text('assignedStopId') };

const stopTimeFields: Fields<Draft<StopTimeUpdate>> = {
  1: unsigned('stopSequence'),
  2: message('arrival', stopTimeEventFields),
  3: message('departure', stopTimeEventFields),
  4: text('stopId'),
  5: word('relationship', words.stopRelationship),
  6: (wire, into) => {
    wire.message(into, stopTimePropertiesFields);
  },
  7: word('occupancy', words.occupancyStatus),
};

const tripPropertiesFields: Fields<Draft<TripProperties>> = {
  1: text('tripId'),
  2: text('startDate'),
  3: text('startTime'),
  5: text('headsign'),
  6: text('shortName'),
};

export const tripUpdateFields: Fields<DraftTripUpdate> = {
  1: message('trip', tripFields),
  2: (wire, into) => {
    const { relationship = 'SCHEDULED', ...stop } = wire.message<Draft<StopTimeUpdate>>({}, stopTimeFields);
    into.stops.push({ ...stop, relationship });
  },
  3: message('vehicle', vehicleDescriptorFields),
  4: unsigned('timestampS'),
  5: int32('delayS'),
  6: message('properties', tripPropertiesFields),
};
