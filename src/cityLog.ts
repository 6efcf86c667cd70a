/** What a city promises by being served, in its transparency log: by which laws and days it counts, which program it is. */
import type { Clock } from './base/clock.ts';
import type { City } from './city/index.ts';
import about from '../package.json' with { type: 'json' };
import type { Json } from './ngsild/entity.ts';
import type { Store } from './store/index.ts';
import type { Writer } from './store/writer.ts';
import { openTransparency, type Transparency } from './trust/index.ts';

/** Between two checkpoints: each costs some syncs. */
export const logRestMs = 1_000;

export type LogSettings = {
  /** File of the log's private key; default: beside the data directory. */
  readonly logKey?: string;
  /** Verifier keys of those outside who watch the log. */
  readonly witnesses?: readonly string[];
};

/** Opens the log and notes what has changed since the last start. @throws Problem bad-data */
export async function openCityLog(
  { directory, rows }: Store,
  writer: Writer,
  { id, lawPack, holidays }: City,
  { logKey = `${directory.path}.log.key`, witnesses = [] }: LogSettings,
  clock: Clock,
): Promise<Transparency> {
  const transparency = await openTransparency(
    { directory: directory.log, origin: `chorsu/${directory.city}`, keyFile: logKey, witnesses },
    { rows, writer, clock },
  );
  await transparency.note('log-key', transparency.log.verifier.name, { key: transparency.key });
  await transparency.note('release', about.name, { version: about.version });
  await transparency.note('law-pack', lawPack.country, lawPack as unknown as Json);
  await transparency.note('calendar', id, holidays as unknown as Json);
  await transparency.catchUp();
  return transparency;
}
