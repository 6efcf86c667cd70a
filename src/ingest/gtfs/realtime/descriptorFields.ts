import type { TripDescriptor, VehicleDescriptor } from './message.ts';
import type { Draft, Take } from './wire.ts';
import * as words from './words.ts';

export const takeTrip: Take<Draft<TripDescriptor>> = (wire, field, into) => {
  switch (field) {
    case 1:
      into.tripId = wire.text();
      return true;
    case 2:
      into.startTime = wire.text();
      return true;
    case 3:
      into.startDate = wire.text();
      return true;
    case 4:
      into.relationship = words.tripRelationship(wire.unsigned());
      return true;
    case 5:
      into.routeId = wire.text();
      return true;
    case 6:
      into.directionId = wire.unsigned();
      return true;
    default:
      return false;
  }
};

export const takeVehicleDescriptor: Take<Draft<VehicleDescriptor>> = (wire, field, into) => {
  switch (field) {
    case 1:
      into.id = wire.text();
      return true;
    case 2:
      into.label = wire.text();
      return true;
    case 3:
      into.licensePlate = wire.text();
      return true;
    case 4:
      into.wheelchair = words.wheelchairAccess(wire.unsigned());
      return true;
    default:
      return false;
  }
};
