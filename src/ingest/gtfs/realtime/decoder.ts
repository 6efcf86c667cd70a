import { Problem } from '../../../base/problem.ts';
import { text } from './fieldReaders.ts';
import {
  alertFields,
  headerFields,
  tripUpdateFields,
  vehicleFields,
  type DraftAlert,
  type DraftTripUpdate,
  type DraftVehicle,
} from './fields.ts';
import type { Alert, FeedHeader, FeedMessage, TripUpdate, VehiclePosition } from './message.ts';
import { Wire, type Draft, type Fields } from './wire.ts';

/** Of one feed. */
export const feedMaxBytes = 20_000_000;
export const entitiesMax = 100_000;
/** Of all kinds and depths: a stop time with arrival and departure is three. */
const messagesMax = 3_000_000;

type DraftFeed = {
  header: Draft<FeedHeader> | undefined;
  entities: number;
  readonly deleted: string[];
  readonly tripUpdates: TripUpdate[];
  readonly vehicles: VehiclePosition[];
  readonly alerts: Alert[];
  skippedEntities: number;
};
type DraftEntity = {
  id?: string;
  isDeleted?: boolean;
  tripUpdate?: DraftTripUpdate;
  vehicle?: DraftVehicle;
  alert?: DraftAlert;
};

/**
 * Decodes a feed, gtfs-realtime.proto 2.0, field by field. Fields that are not known are skipped and counted.
 * @throws Problem bad-data with the position of the byte, when anything in it is broken or a required field is missing:
 *   a feed is taken whole or not at all; too-large; not-supported for a version that is neither 1 nor 2
 */
export function decodeFeed(bytes: Uint8Array): FeedMessage {
  if (bytes.length > feedMaxBytes) {
    throw new Problem('too-large', `a feed has at most ${feedMaxBytes} bytes, this one ${bytes.length}`);
  }
  const wire: Wire = new Wire(bytes, messagesMax);
  const feed = wire.fields<DraftFeed>(
    {
      header: undefined,
      entities: 0,
      deleted: [],
      tripUpdates: [],
      vehicles: [],
      alerts: [],
      skippedEntities: 0,
    },
    feedFields,
  );
  const { version, incrementality = 'FULL_DATASET', timestampS } = feed.header ?? wire.fail('there is no header');
  if (version === undefined) wire.fail('the header does not say its version');
  if (!/^[12](\.|$)/.test(version)) {
    throw new Problem('not-supported', `GTFS-Realtime "${version.slice(0, 20)}": versions 1.0 and 2.0 are read`);
  }
  return {
    header: { version, incrementality, ...(timestampS !== undefined && { timestampS }) },
    deleted: feed.deleted,
    tripUpdates: feed.tripUpdates,
    vehicles: feed.vehicles,
    alerts: feed.alerts,
    skipped: {
      entities: feed.skippedEntities,
      fields: wire.skippedFields,
      extensions: wire.skippedExtensions,
      badTexts: wire.badTexts,
    },
  };
}

const entityFields: Fields<DraftEntity> = {
  1: text('id'),
  2: (wire, into) => {
    into.isDeleted = wire.unsigned() !== 0;
  },
  3: (wire, into) => {
    into.tripUpdate = wire.message(into.tripUpdate ?? { stops: [] }, tripUpdateFields);
  },
  4: (wire, into) => {
    into.vehicle = wire.message(into.vehicle ?? { carriages: [] }, vehicleFields);
  },
  5: (wire, into) => {
    into.alert = wire.message(into.alert ?? { periods: [], informed: [] }, alertFields);
  },
};

const feedFields: Fields<DraftFeed> = {
  1: (wire, into) => {
    into.header = wire.message(into.header ?? {}, headerFields);
  },
  2: (wire, into) => {
    if (++into.entities > entitiesMax) {
      throw new Problem('too-large', `a feed holds at most ${entitiesMax} entities`, `byte ${wire.position}`);
    }
    const at = wire.position;
    addEntity(wire, at, wire.message<DraftEntity>({}, entityFields), into);
  },
};

/** Looks whether everything required is there, and adds the entity to the feed. One may hold several kinds. */
function addEntity(wire: Wire, at: number, entity: DraftEntity, feed: DraftFeed): void {
  const { id, isDeleted, tripUpdate, vehicle, alert } = entity;
  if (id === undefined) wire.fail('an entity without an id', at);
  if (isDeleted === true) {
    feed.deleted.push(id);
    return;
  }
  if (tripUpdate) {
    const { trip, ...rest } = tripUpdate;
    if (trip === undefined) wire.fail(`the trip update ${JSON.stringify(id.slice(0, 80))} names no trip`, at);
    feed.tripUpdates.push({ ...rest, id, trip });
  }
  if (vehicle) feed.vehicles.push({ ...vehicle, id, status: vehicle.status ?? 'IN_TRANSIT_TO' });
  if (alert) {
    feed.alerts.push({
      ...alert,
      id,
      cause: alert.cause ?? 'UNKNOWN_CAUSE',
      effect: alert.effect ?? 'UNKNOWN_EFFECT',
      severity: alert.severity ?? 'UNKNOWN_SEVERITY',
    });
  }
  if (!tripUpdate && !vehicle && !alert) feed.skippedEntities++;
}
