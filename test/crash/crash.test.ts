import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../src/base/clock.ts';
import { Problem } from '../../src/base/problem.ts';
import { type Random, seededRandom } from '../../src/base/random.ts';
import { createWriter, openJournal, openStore } from '../../src/store/index.ts';
import { randomChange, tables } from '../simulation/changes.ts';
import { simulatedDisk } from '../simulation/disk.ts';
import { simulatedState } from '../simulation/state.ts';
import { checkAfterCrash, segmentBytes } from './check.ts';

const kills = Number(process.env['CHORSU_TEST_KILLS'] ?? 5);
const cuts = Number(process.env['CHORSU_TEST_POWER_CUTS'] ?? 10);
const seed = Number(process.env['CHORSU_TEST_SEED'] ?? randomInt(2 ** 31));
/** A new directory after so many crashes: the journal is read whole after each. */
const crashesPerDirectory = 5;

async function inDirectory(run: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'chorsu-crash-'));
  try {
    await run(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** Starts the process, lets it work for a random time, kills it. */
async function runAndKill(data: string, random: Random, run: number, acknowledged: Map<string, number>): Promise<void> {
  const child = fork(
    new URL('./writer-process.ts', import.meta.url),
    [data, String(random.int(1, 2 ** 30)), String(run)],
    {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    },
  );
  const ended = new Promise<string | null>((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
  await new Promise<void>((resolve, reject) => {
    child.on('message', (message: 'ready' | [string, number]) => {
      if (message === 'ready') resolve();
      else acknowledged.set(...message);
    });
    ended.then(() => reject(new Error('the process ended before it was ready')), reject);
  });
  await sleep(random.int(5, 250));
  child.kill('SIGKILL');
  assert.equal(await ended, 'SIGKILL', 'nothing but the signal ended the process');
}

test(`${kills} kills lose nothing acknowledged, and a follower sees each record once`, async (t) => {
  const random = seededRandom(seed);
  let total = 0;
  let records = 0;
  for (let done = 0; done < kills; done += crashesPerDirectory) {
    await inDirectory(async (directory) => {
      const data = join(directory, 'data');
      const acknowledged = new Map<string, number>();
      let last = 0;
      for (let run = 0; run < Math.min(crashesPerDirectory, kills - done); run++) {
        await runAndKill(data, random, run, acknowledged);
        last = await checkAfterCrash(data, acknowledged);
        const db = new DatabaseSync(join(directory, 'follower.db'));
        const seen = db.prepare('SELECT count(*) AS n, coalesce(max(seq), 0) AS place FROM seen').get() as {
          n: number;
          place: number;
        };
        db.close();
        assert.equal(seen.n, seen.place, 'the follower skipped nothing');
        assert.ok(seen.place <= last, 'the follower saw nothing that was not durable');
      }
      total += acknowledged.size;
      records += last;
    });
  }
  t.diagnostic(`seed ${seed}: ${kills} kills, ${total} acknowledged changes, ${records} records`);
  assert.ok(total > 0);
});

test(`${cuts} power cuts lose nothing acknowledged`, async (t) => {
  const random = seededRandom(seed + 1);
  let total = 0;
  let lost = 0;
  for (let cut = 0; cut < cuts; cut++) {
    await inDirectory(async (directory) => {
      const breath = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
      const disk = simulatedDisk(random, breath);
      const journal = await openJournal({ directory: '/journal', disk: disk.mount(), segmentBytes: 16 * 1024 });
      const writer = createWriter({ journal, state: simulatedState(tables, breath), clock: systemClock });
      const acknowledged = new Map<string, number>();
      let asked = 0;
      let off = false;
      const client = async (): Promise<void> => {
        while (!off) {
          const n = asked++;
          const change = randomChange(random, new Date(writer.now()).toISOString(), n, () => undefined);
          try {
            const { seq } = await writer.commit({ ...change, cause: { by: 'cut', source: String(n) } });
            if (!off) acknowledged.set(String(n), seq);
          } catch (error) {
            if (!(error instanceof Problem)) throw error;
          }
        }
      };
      for (let n = 0; n < 16; n++) void client();
      const until = random.int(1, 2000);
      while (acknowledged.size < until) await breath();
      off = true;
      disk.crash('power');
      // What is left becomes real files, which the real store opens.
      const data = join(directory, 'data');
      await (await openStore({ directory: data, clock: systemClock, tables, segmentBytes })).close();
      await rm(join(data, 'journal'), { recursive: true });
      await mkdir(join(data, 'journal'));
      for (const [path, bytes] of disk.durableFiles()) await writeFile(join(data, 'journal', basename(path)), bytes);
      const records = await checkAfterCrash(data, acknowledged);
      total += acknowledged.size;
      lost += asked - records;
    });
  }
  t.diagnostic(
    `seed ${seed}: ${cuts} power cuts, ${total} acknowledged changes, ${lost} unacknowledged or refused not kept`,
  );
  assert.ok(total > 0);
});
