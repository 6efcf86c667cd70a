/** The words of gtfs-realtime.proto by their numbers. A number that is not here stays what it is: the text `9`. */

const word = (words: readonly (string | undefined)[]): ((number: number) => string) => {
  return (number) => words[number] ?? String(number);
};

export const incrementality = word(['FULL_DATASET', 'DIFFERENTIAL']);

/** TripDescriptor.ScheduleRelationship. 4 was never given out. */
export const tripRelationship = word([
  'SCHEDULED',
  'ADDED',
  'UNSCHEDULED',
  'CANCELED',
  undefined,
  'REPLACEMENT',
  'DUPLICATED',
  'DELETED',
  'NEW',
]);

/** StopTimeUpdate.ScheduleRelationship. */
export const stopRelationship = word(['SCHEDULED', 'SKIPPED', 'NO_DATA', 'UNSCHEDULED']);

export const vehicleStopStatus = word(['INCOMING_AT', 'STOPPED_AT', 'IN_TRANSIT_TO']);

export const congestionLevel = word([
  'UNKNOWN_CONGESTION_LEVEL',
  'RUNNING_SMOOTHLY',
  'STOP_AND_GO',
  'CONGESTION',
  'SEVERE_CONGESTION',
]);

export const occupancyStatus = word([
  'EMPTY',
  'MANY_SEATS_AVAILABLE',
  'FEW_SEATS_AVAILABLE',
  'STANDING_ROOM_ONLY',
  'CRUSHED_STANDING_ROOM_ONLY',
  'FULL',
  'NOT_ACCEPTING_PASSENGERS',
  'NO_DATA_AVAILABLE',
  'NOT_BOARDABLE',
]);

export const wheelchairAccess = word(['NO_VALUE', 'UNKNOWN', 'WHEELCHAIR_ACCESSIBLE', 'WHEELCHAIR_INACCESSIBLE']);

export const cause = word([
  undefined,
  'UNKNOWN_CAUSE',
  'OTHER_CAUSE',
  'TECHNICAL_PROBLEM',
  'STRIKE',
  'DEMONSTRATION',
  'ACCIDENT',
  'HOLIDAY',
  'WEATHER',
  'MAINTENANCE',
  'CONSTRUCTION',
  'POLICE_ACTIVITY',
  'MEDICAL_EMERGENCY',
  'SPECIAL_EVENT',
]);

export const effect = word([
  undefined,
  'NO_SERVICE',
  'REDUCED_SERVICE',
  'SIGNIFICANT_DELAYS',
  'DETOUR',
  'ADDITIONAL_SERVICE',
  'MODIFIED_SERVICE',
  'OTHER_EFFECT',
  'UNKNOWN_EFFECT',
  'STOP_MOVED',
  'NO_EFFECT',
  'ACCESSIBILITY_ISSUE',
]);

export const severityLevel = word([undefined, 'UNKNOWN_SEVERITY', 'INFO', 'WARNING', 'SEVERE']);
