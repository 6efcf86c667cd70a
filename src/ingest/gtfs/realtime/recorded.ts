/** The door for feeds that were saved to a file: positions and notices of their hour, for history. */
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { Problem } from '../../../base/problem.ts';
import type { Box } from '../../../city/index.ts';
import type { Importer, ImportItem, OpenedFile, OpenOptions } from '../../importing/importer.ts';
import type { Remark } from '../../importing/remark.ts';
import { refused, type MappingFile, type Refused, type Taken } from '../../mapping/index.ts';
import { alertReading } from './alertReadings.ts';
import { decodeFeed, feedMaxBytes } from './decoder.ts';
import { instantMs } from './instances.ts';
import type { FeedMessage } from './message.ts';
import { vehicleTrack } from './track.ts';
import { vehicleReading } from './vehicleReadings.ts';

export const recordedImporter: Importer = {
  kind: 'gtfs-rt',
  accepts: 'GTFS Realtime (.pb, .pbf)',
  // By its name, so that a broken one is told what is wrong with it; or by its header, whatever it is called.
  recognises: (name, head) =>
    (/\.pbf?$/i.test(name) && !/\.osm\.pbf$/i.test(name) && head[0] !== 0) || beginsWithHeader(head),
  open: openRecorded,
};

/** Field 1 of the message, a header; field 1 of the header, a version such as `2.0`. */
const beginsWithHeader = (head: Uint8Array): boolean =>
  head[0] === 0x0a && head[2] === 0x0a && (head[4] === 0x31 || head[4] === 0x32) && head[5] === 0x2e;

const groupSize = 500;
const earth: Box = [-180, -90, 180, 90];
const tripUpdate = refused('unmapped', 'a trip update holds for its hour only: feeds take it, files do not');

/** @throws Problem bad-data (no feed, cut off, nobody says whose it is), too-large, not-found */
export async function openRecorded(
  path: string,
  { mapping, source, now, box = earth }: OpenOptions,
): Promise<OpenedFile> {
  const whose = sourceOf(mapping, source);
  const bytes = await readWhole(path);
  const message = decodeFeed(bytes);
  return {
    kind: 'gtfs-rt',
    source: whose.id,
    bytes: bytes.length,
    unit: 'record',
    remarks: remarksOf(message, now()),
    async *items() {
      const items = [...itemsOf(message, { ...whose, box, nowMs: now() })];
      for (let i = 0; i < items.length; i += groupSize) {
        const group = items.slice(i, i + groupSize);
        yield { items: group, read: Math.round((bytes.length * (i + group.length)) / items.length) };
      }
    },
    close: () => Promise.resolve(),
  };
}

type Whose = { readonly id: string; readonly timetable: string; readonly simulated: boolean };

function* itemsOf(
  { header, vehicles, alerts, tripUpdates }: FeedMessage,
  { id, timetable, simulated, box, nowMs }: Whose & { box: Box; nowMs: number },
): Generator<ImportItem> {
  const shared = { source: id, timetable, simulated, nowMs };
  const ofVehicle = { ...shared, routeType: () => undefined, box, track: vehicleTrack() };
  const ofAlert = { ...shared, stop: () => undefined, told: new Map<string, string>(), there: new Set<string>() };
  let number = 0;
  const item = (value: { readonly id: string }, result: Taken | Refused | undefined): ImportItem => ({
    number: ++number,
    text: JSON.stringify(value).slice(0, 1_000),
    results: [result ?? refused('duplicate', `${value.id.slice(0, 80)}: told before in this file`)],
  });
  for (const vehicle of vehicles) yield item(vehicle, vehicleReading(vehicle, header, ofVehicle));
  for (const alert of alerts) yield item(alert, alertReading(alert, header, ofAlert));
  for (const update of tripUpdates) yield item(update, tripUpdate);
}

function remarksOf({ header, vehicles, alerts, tripUpdates, skipped }: FeedMessage, nowMs: number): readonly Remark[] {
  const saidMs = instantMs(header.timestampS);
  const made =
    saidMs === undefined
      ? 'it does not say when it was made'
      : `made ${new Date(saidMs).toISOString()}, ${ageOf(nowMs - saidMs)}`;
  const { entities, fields, badTexts } = skipped;
  return [
    {
      kind: 'realtime',
      text: `GTFS Realtime ${header.version}, ${made}: ${vehicles.length} vehicles, ${tripUpdates.length} trip updates, ${alerts.length} notices`,
    },
    ...(entities + fields + badTexts > 0
      ? [
          {
            kind: 'notRead' as const,
            text: `not read: ${entities} entities of other kinds, ${fields} fields, ${badTexts} texts that are not UTF-8`,
          },
        ]
      : []),
  ];
}

function ageOf(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 0) return `${-seconds} s ahead of this clock`;
  if (seconds < 7_200) return `${seconds} s ago`;
  const hours = Math.round(seconds / 3600);
  return hours < 72 ? `${hours} hours ago` : `${Math.round(hours / 24)} days ago`;
}

/** @throws Problem bad-data when nobody says whose vehicles these are */
function sourceOf({ sources, feeds }: MappingFile, asked: string | undefined): Whose {
  const live = feeds.filter(({ kind }) => kind === 'gtfs-rt');
  const candidates =
    asked === undefined && live.length > 0 ? [...new Set(live.map(({ source }) => source))] : undefined;
  const ids = asked === undefined ? (candidates ?? sources.map(({ id }) => id)) : [asked];
  const found = ids.length === 1 ? sources.find(({ id }) => id === ids[0]) : undefined;
  if (found) {
    const timetable = live.find(({ source }) => source === found.id)?.timetable ?? found.id;
    return { id: found.id, timetable, simulated: found.simulated };
  }
  const known = sources.map(({ id }) => id).join(', ') || 'none';
  throw new Problem(
    'bad-data',
    asked === undefined
      ? `name the source whose vehicles these are (declared: ${known})`
      : `the source ${asked} is not declared (declared: ${known})`,
    'source',
  );
}

async function readWhole(path: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(path);
    if (size <= feedMaxBytes) return await readFile(path);
    throw new Problem('too-large', `${basename(path)} has ${size} bytes, a feed at most ${feedMaxBytes}`, 'file');
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem('not-found', `cannot read the file ${path}`, 'file');
  }
}
