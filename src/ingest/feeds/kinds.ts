import type { FeedKind } from './feed.ts';
import { gtfsRealtime } from '../gtfs/realtime/feed.ts';
import { mqttFeed } from './mqtt/mqtt.ts';
import { openMeteo } from './open-meteo/open-meteo.ts';
import { sensorThings } from './sensorthings/sensorthings.ts';

/** The kinds of live feeds that a mapping file may name. */
export const feedKinds: readonly FeedKind[] = [openMeteo, mqttFeed, sensorThings, gtfsRealtime];
