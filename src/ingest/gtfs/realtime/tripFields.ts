import type { StopTimeEvent, StopTimeUpdate, TripProperties, TripUpdate } from './message.ts';
import { takeTrip, takeVehicleDescriptor } from './descriptorFields.ts';
import type { Draft, Take } from './wire.ts';
import * as words from './words.ts';

export type DraftTripUpdate = Draft<TripUpdate> & { readonly stops: StopTimeUpdate[] };

export const takeTripUpdate: Take<DraftTripUpdate> = (wire, field, into) => {
  switch (field) {
    case 1:
      into.trip = wire.message({ ...into.trip }, takeTrip);
      return true;
    case 2: {
      const { relationship = 'SCHEDULED', ...stop } = wire.message<Draft<StopTimeUpdate>>({}, takeStopTime);
      into.stops.push({ ...stop, relationship });
      return true;
    }
    case 3:
      into.vehicle = wire.message({ ...into.vehicle }, takeVehicleDescriptor);
      return true;
    case 4:
      into.timestampS = wire.unsigned();
      return true;
    case 5:
      into.delayS = wire.int32();
      return true;
    case 6:
      into.properties = wire.message({ ...into.properties }, takeTripProperties);
      return true;
    default:
      return false;
  }
};

const takeStopTime: Take<Draft<StopTimeUpdate>> = (wire, field, into) => {
  switch (field) {
    case 1:
      into.stopSequence = wire.unsigned();
      return true;
    case 2:
      into.arrival = wire.message({ ...into.arrival }, takeStopTimeEvent);
      return true;
    case 3:
      into.departure = wire.message({ ...into.departure }, takeStopTimeEvent);
      return true;
    case 4:
      into.stopId = wire.text();
      return true;
    case 5:
      into.relationship = words.stopRelationship(wire.unsigned());
      return true;
    case 6:
      wire.message(into, takeStopTimeProperties);
      return true;
    case 7:
      into.occupancy = words.occupancyStatus(wire.unsigned());
      return true;
    default:
      return false;
  }
};

const takeStopTimeEvent: Take<Draft<StopTimeEvent>> = (wire, field, into) => {
  switch (field) {
    case 1:
      into.delayS = wire.int32();
      return true;
    case 2:
      into.timeS = wire.signed();
      return true;
    case 3:
      into.uncertaintyS = wire.int32();
      return true;
    case 4:
      into.scheduledTimeS = wire.signed();
      return true;
    default:
      return false;
  }
};

const takeStopTimeProperties: Take<Draft<StopTimeUpdate>> = (wire, field, into) => {
  if (field !== 1) return false;
  into.assignedStopId = wire.text();
  return true;
};

const takeTripProperties: Take<Draft<TripProperties>> = (wire, field, into) => {
  switch (field) {
    case 1:
      into.tripId = wire.text();
      return true;
    case 2:
      into.startDate = wire.text();
      return true;
    case 3:
      into.startTime = wire.text();
      return true;
    case 5:
      into.headsign = wire.text();
      return true;
    case 6:
      into.shortName = wire.text();
      return true;
    default:
      return false;
  }
};
