/** The door for timetables: a ZIP file of GTFS Schedule. It needs no mapping, only a declared source. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { Problem } from '../../base/problem.ts';
import type { Importer, ImportItem, OpenedFile, OpenOptions } from '../importing/importer.ts';
import type { Remark } from '../importing/remark.ts';
import type { MappingFile } from '../mapping/index.ts';
import type { Source } from '../schema.ts';
import { openZip } from '../zip.ts';
import { describe, withdrawn } from './entity.ts';
import { describeFault, type FeedReport } from './reading/faults.ts';
import { readFeed, type Feed } from './reading/feed.ts';
import { feedRow, type FeedStore } from './store.ts';

/** What the door needs of the city that it brings a timetable to. */
export type TimetableDoor = {
  readonly feeds: FeedStore;
  /** Of the city, IANA. */
  readonly timeZone: string;
  /** Stops, stations and routes that the source has brought and that are in its timetable now. */
  inTimetable(source: string): Promise<readonly { readonly id: string; readonly type: readonly string[] }[]>;
};

/** The feed is kept whole as one file; larger ones are no city's. */
const bytesMax = 512 * 2 ** 20;
const groupSize = 500;

export const gtfsImporter: Importer = {
  kind: 'gtfs',
  accepts: 'GTFS (.zip)',
  recognises: (name, head) => /\.zip$/i.test(name) || (/\.gtfs$/i.test(name) && head[0] === 0x50 && head[1] === 0x4b),
  open: openGtfsFile,
};

/**
 * Reads and checks the whole feed.
 * @throws Problem bad-data with the first 20 faults and their number; too-large; not-found
 */
export async function openGtfsFile(path: string, options: OpenOptions): Promise<OpenedFile> {
  const { mapping, source: asked, now, timetables: door } = options;
  if (!door) throw new Error('timetables are taken into a city');
  const declared = sourceOf(mapping, asked);
  const { id: source, simulated } = declared;
  const name = basename(path);
  const bytes = await sizeOf(path);
  if (bytes > bytesMax) {
    throw new Problem('too-large', `${name} has ${bytes} bytes; a timetable may have ${bytesMax}`, 'file');
  }
  const sha256 = await hashOf(path);
  const feed = await read(path, now());
  const { timetable, report } = feed;
  const before = await door.feeds.currentOf(source);

  return {
    kind: 'gtfs',
    source,
    bytes,
    unit: 'record',
    remarks: remarksOf(feed, door.timeZone),
    async *items() {
      const observedMs = now();
      const seen = new Set<string>();
      let group: ImportItem[] = [];
      let number = 0;
      const { counts } = timetable;
      const all = counts.stops + counts.routes + counts.agencies;
      for (const { reading, from } of describe(timetable, source, simulated)) {
        seen.add(reading.id);
        group.push({
          number: ++number,
          text: from,
          results: [{ reading, observedMs, flagged: false, timeless: true }],
        });
        if (group.length < groupSize) continue;
        yield { items: group, read: Math.round((bytes * number) / all) };
        group = [];
      }
      for (const { id, type } of await door.inTimetable(source)) {
        if (seen.has(id)) continue;
        const reading = withdrawn(id, type, simulated);
        group.push({ number: ++number, text: id, results: [{ reading, observedMs, flagged: false, timeless: true }] });
      }
      yield { items: group, read: bytes };
    },
    async rowsAtEnd() {
      if (before?.sha256 === sha256) return [];
      const whole = await readFile(path);
      const kept = await door.feeds.keep(whole);
      if (kept !== sha256)
        throw new Problem('conflict', `${name} was changed while it was read; import it again`, 'file');
      const { counts } = timetable;
      return [
        feedRow({
          source,
          // A second import within the same millisecond is still a later one.
          importedAt: Math.max(now(), (before?.importedAt ?? 0) + 1),
          sha256,
          fileName: name,
          bytes,
          version: timetable.version,
          firstDate: timetable.firstDate,
          lastDate: timetable.lastDate,
          stops: counts.stops,
          routes: counts.routes,
          trips: counts.trips,
          stopTimes: counts.stopTimes,
          warnings: warningsIn(report),
          previous: before?.sha256,
        }),
      ];
    },
    close: () => Promise.resolve(),
  };
}

async function read(path: string, nowMs: number): Promise<Feed> {
  const zip = await openZip(path);
  try {
    return await readFeed(zip, { name: basename(path), today: Math.floor(nowMs / 86_400_000) });
  } finally {
    await zip.close();
  }
}

/** @throws Problem bad-data when nobody says whose timetable it is */
function sourceOf({ sources }: MappingFile, asked: string | undefined): Source {
  const [only] = sources;
  const found = asked === undefined && sources.length === 1 ? only : sources.find(({ id }) => id === asked);
  if (found) return found;
  const known = sources.map(({ id }) => id).join(', ') || 'none';
  throw new Problem(
    'bad-data',
    asked === undefined
      ? `name the source whose timetable this is (declared: ${known})`
      : `the source ${asked} is not declared (declared: ${known})`,
    'source',
  );
}

const warningsIn = ({ warnings }: FeedReport): number => warnings.reduce((all, { count }) => all + count, 0);

/** The timetable in a sentence, then what is to be known of it. */
function remarksOf({ timetable, report }: Feed, cityZone: string): readonly Remark[] {
  const { counts, firstDate, lastDate, version, timeZone } = timetable;
  const days = firstDate === undefined ? 'nothing ever runs' : `${firstDate} to ${lastDate}`;
  return [
    {
      kind: 'timetable',
      text: `timetable${version === undefined ? '' : ` ${version}`}, ${days}, ${timeZone}: ${counts.routes} routes, ${counts.stops} stops, ${counts.trips} trips, ${counts.stopTimes} stop times (${counts.interpolated} blank ones worked out)`,
    },
    ...(timeZone === cityZone
      ? []
      : [
          {
            kind: 'timetableZone' as const,
            text: `its times are of the zone ${timeZone}; the city's is ${cityZone}`,
          },
        ]),
    ...report.warnings.map(({ code, count, first }) => ({
      kind: 'feedWarning' as const,
      text: `warning ${code}${count > 1 ? ` (${count} times, first: ` : ' ('}${describeFault(first)})`,
    })),
    ...report.notes.map(({ first }) => ({ kind: 'feedUnused' as const, text: `note: ${describeFault(first)}` })),
  ];
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch {
    throw new Problem('not-found', `cannot read the file ${path}`, 'file');
  }
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) hash.update(chunk);
  return hash.digest('hex');
}
