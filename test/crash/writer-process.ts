/**
 * A process under load that is going to be killed: `node writer-process.ts DIRECTORY SEED RUN`. Tells its parent every
 * acknowledgement. A follower counts each record once in `follower.db`, its place in the same transaction.
 */
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { systemClock } from '../../src/base/clock.ts';
import { Problem } from '../../src/base/problem.ts';
import { seededRandom } from '../../src/base/random.ts';
import { follow, openStore } from '../../src/store/index.ts';
import type { StoredEntity } from '../../src/store/ports.ts';
import { randomChange, tables } from '../simulation/changes.ts';
import { tellingDerivation } from '../simulation/derivation.ts';
import { segmentBytes } from './check.ts';

const [directory = '', seed = '1', run = '0'] = process.argv.slice(2);
const random = seededRandom(Number(seed));
const store = await openStore({ directory, clock: systemClock, tables, derivation: tellingDerivation, segmentBytes });
const { writer, journal } = store;

const db = new DatabaseSync(join(directory, '..', 'follower.db'));
db.exec('PRAGMA journal_mode = WAL; CREATE TABLE IF NOT EXISTS seen (seq INTEGER PRIMARY KEY)');
const { place } = db.prepare('SELECT coalesce(max(seq), 0) AS place FROM seen').get() as { place: number };
const insert = db.prepare('INSERT INTO seen VALUES (?)');
follow({
  journal,
  writer,
  from: place + 1,
  handler(records) {
    db.exec('BEGIN');
    for (const { seq } of records) insert.run(seq);
    db.exec('COMMIT');
  },
});

let n = 0;
const client = async (): Promise<never> => {
  for (;;) {
    const change = randomChange(random, new Date(writer.now()).toISOString(), n, (tenant, id) => {
      const found = writer.latest(tenant, id);
      return found instanceof Promise ? undefined : (found as StoredEntity | undefined);
    });
    const name = `${run}.${n++}`;
    try {
      const { seq } = await writer.commit({ ...change, cause: { by: 'crash', source: name } });
      process.send?.([name, seq]);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
    }
  }
};
process.send?.('ready');
await Promise.all(Array.from({ length: 16 }, client));
