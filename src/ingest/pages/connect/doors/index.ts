/** The ways in, in the order in which the page shows them. A new one is a file here and a line below. */
import type { Door } from '../door.ts';
import { csvDoor } from './csv.ts';
import { externalMqttDoor } from './externalMqtt.ts';
import { geojsonDoor } from './geojson.ts';
import { gtfsDoor } from './gtfs.ts';
import { httpDoor } from './http.ts';
import { lorawanDoor } from './lorawan.ts';
import { mqttDoor } from './mqtt.ts';
import { openMeteoDoor } from './openMeteo.ts';
import { openStreetMapDoor } from './openStreetMap.ts';
import { sensorThingsDoor } from './sensorThings.ts';
import { xlsxDoor } from './xlsx.ts';

export const doors: readonly Door[] = [
  mqttDoor,
  externalMqttDoor,
  lorawanDoor,
  httpDoor,
  csvDoor,
  xlsxDoor,
  geojsonDoor,
  gtfsDoor,
  sensorThingsDoor,
  openMeteoDoor,
  openStreetMapDoor,
];
