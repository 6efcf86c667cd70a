import type { Carriage, Position, VehiclePosition } from './message.ts';
import { takeTrip, takeVehicleDescriptor } from './descriptorFields.ts';
import type { Draft, Take } from './wire.ts';
import * as words from './words.ts';

export type DraftVehicle = Draft<VehiclePosition> & { readonly carriages: Carriage[] };

export const takeVehicle: Take<DraftVehicle> = (wire, field, into) => {
  switch (field) {
    case 1:
      into.trip = wire.message({ ...into.trip }, takeTrip);
      return true;
    case 2: {
      const at = wire.position;
      const { latitude, longitude, ...rest } = wire.message<Draft<Position>>({ ...into.position }, takePosition);
      if (latitude === undefined || longitude === undefined) return wire.fail('half a position', at);
      into.position = { ...rest, latitude, longitude };
      return true;
    }
    case 3:
      into.stopSequence = wire.unsigned();
      return true;
    case 4:
      into.status = words.vehicleStopStatus(wire.unsigned());
      return true;
    case 5:
      into.timestampS = wire.unsigned();
      return true;
    case 6:
      into.congestion = words.congestionLevel(wire.unsigned());
      return true;
    case 7:
      into.stopId = wire.text();
      return true;
    case 8:
      into.vehicle = wire.message({ ...into.vehicle }, takeVehicleDescriptor);
      return true;
    case 9:
      into.occupancy = words.occupancyStatus(wire.unsigned());
      return true;
    case 10:
      into.occupancyPercent = wire.unsigned();
      return true;
    case 11:
      into.carriages.push(wire.message<Draft<Carriage>>({}, takeCarriage));
      return true;
    default:
      return false;
  }
};

const takePosition: Take<Draft<Position>> = (wire, field, into) => {
  switch (field) {
    case 1:
      into.latitude = wire.float();
      return true;
    case 2:
      into.longitude = wire.float();
      return true;
    case 3:
      into.bearing = wire.float();
      return true;
    case 4:
      into.odometerM = wire.double();
      return true;
    case 5:
      into.speedMPerS = wire.float();
      return true;
    default:
      return false;
  }
};

const takeCarriage: Take<Draft<Carriage>> = (wire, field, into) => {
  switch (field) {
    case 1:
      into.id = wire.text();
      return true;
    case 2:
      into.label = wire.text();
      return true;
    case 3:
      into.occupancy = words.occupancyStatus(wire.unsigned());
      return true;
    case 4:
      into.occupancyPercent = wire.int32();
      return true;
    case 5:
      into.sequence = wire.unsigned();
      return true;
    default:
      return false;
  }
};
