/**
 * Work on a data directory, wherever it can be done: in the process that serves it, else here. One process owns a
 * directory at a time, so a command never opens one that is served.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { progress } from '../base/progress.ts';
import { silentLog, type Log } from '../base/log.ts';
import type { Terminal } from './command.ts';
import { ask, type Deeds } from './control.ts';
import type { Settings } from '../platform.ts';
import type { Served } from './serve.ts';
import { stopSignals, type SignalSource } from './signals.ts';

export type ReachDependencies<P extends Served> = {
  readonly open: (settings: Settings, log: Log) => Promise<P>;
  readonly deeds: (platform: P) => Deeds;
  readonly signals: SignalSource;
  readonly exitNow: (code: number) => void;
};

export type Errand = {
  readonly data: string;
  readonly city?: string | undefined;
  /** Must hold JSON only; paths absolute, since the other process stands elsewhere. */
  readonly wish: Readonly<Record<string, unknown>> & { readonly do: string };
  readonly title: string;
  readonly unit: string;
  /** The errand only looks: a directory that is not there is not made. */
  readonly looksOnly?: boolean;
};

/** Does the errand, showing progress. @throws Problem; `overloaded` with "stopped" after a signal */
export async function reach<P extends Served>(
  errand: Errand,
  needs: ReachDependencies<P>,
  terminal: Terminal,
): Promise<unknown> {
  const data = resolve(errand.data);
  const stop = stopSignals(needs.signals, { now: terminal.now, exitNow: needs.exitNow });
  const leaving = new AbortController();
  void stop.asked.then(() => leaving.abort());
  const bar = progress({
    title: errand.title,
    unit: errand.unit,
    write: terminal.err,
    terminal: terminal.interactive,
    now: terminal.now,
  });
  let told = false;
  const tell = (done: number, total?: number, note?: string): void => {
    told = true;
    bar.at(done, total, note);
  };
  try {
    const answer = await ask(data, errand.wish, tell, leaving.signal);
    return answer ? answer.result : await doHere(data, errand, needs, tell, leaving.signal);
  } finally {
    if (told) bar.end();
    stop.release();
  }
}

/** Settings for a platform that nobody else is to reach: a free port, no MQTT, no simulator, nothing deleted or sealed. */
export const closedSettings = (data: string, city?: string): Settings => ({
  host: '127.0.0.1',
  port: 0,
  mqttHost: '127.0.0.1',
  data,
  // A name that is no path is one of the shipped profiles.
  ...(city !== undefined && { city: existsSync(city) ? resolve(city) : city }),
  demo: false,
  mappings: [],
  historyMemoryMb: 512,
  temporalPage: 20_000,
  housekeeping: false,
});

async function doHere<P extends Served>(
  data: string,
  errand: Errand,
  needs: ReachDependencies<P>,
  tell: (done: number, total?: number, note?: string) => void,
  signal: AbortSignal,
): Promise<unknown> {
  const borrowed =
    errand.looksOnly === true && !existsSync(data) ? await mkdtemp(join(tmpdir(), 'chorsu-look-')) : undefined;
  const platform = await needs.open(closedSettings(borrowed ?? data, errand.city), silentLog);
  try {
    return await needs.deeds(platform)[errand.wish.do]?.(errand.wish, tell, signal);
  } finally {
    await platform.stop();
    if (borrowed !== undefined) await rm(borrowed, { recursive: true, force: true });
  }
}
