/** `chorsu verify data`: reads everything, and says whether two directories hold the same. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from '../base/problem.ts';
import type { DataDigest } from '../store/index.ts';
import { caughtUp, type Holding } from './backup.ts';
import { command, type Command, type Terminal } from './command.ts';
import type { Deed } from './control.ts';
import { directory, several, text, withDefault } from './kinds.ts';
import { verifyTrust } from './verifyLog.ts';
import { reach, type ReachDependencies } from './reach.ts';
import type { Served } from './serve.ts';
import { WrongUsage } from './usage.ts';

const options = {
  logKey: several(text('KEY'))(
    'Key of the log, as its page shows it, for log, records and receipt. Several while a key is replaced.',
  ),
  witness: several(text('KEY'))('Key of a witness whose signature is to be there.'),
  data: withDefault(directory('The data directory to read, served or not.'), './data/city'),
  against: directory('Another data directory, or a backup, to compare with up to the last record that both have.'),
};

type Range = { readonly from?: number; readonly to?: number };

export const digestDeed =
  ({ store, history }: Holding): Deed =>
  async (wish, tell) => {
    const { digestStore } = await import('../store/index.ts');
    await caughtUp(history, store.writer.lastSeq());
    const bound = (name: string) => (typeof wish[name] === 'number' ? { [name]: wish[name] } : {});
    return digestStore({ store, history }, { ...bound('from'), ...bound('to') }, tell);
  };

/** What the directory holds in the range. @throws Problem not-found, bad-data */
export async function digestOf<P extends Served>(
  data: string,
  range: Range,
  needs: ReachDependencies<P>,
  terminal: Terminal,
): Promise<DataDigest> {
  if (!existsSync(join(data, 'format.json'))) throw new Problem('not-found', `there is no city in ${data}`);
  const wish = { do: 'digest', ...range };
  return (await reach({ data, wish, title: 'Reading', unit: 'records' }, needs, terminal)) as DataDigest;
}

/** Names of the parts that are not the same. The state is compared where both digests reach to it. */
export function differences(a: DataDigest, b: DataDigest): string[] {
  const parts = ['from', 'to', 'records', 'journal', 'instances', 'history'] as const;
  const found: string[] = parts.filter((part) => a[part] !== b[part]);
  if (a.state !== undefined && b.state !== undefined && a.state !== b.state) found.push('state');
  return found;
}

export function verifyCommand<P extends Served & Holding>(needs: ReachDependencies<P>): Command {
  return command({
    name: 'verify',
    about: 'checks what a data directory holds, a transparency log, or a receipt of one',
    details:
      'Every record of the journal is read and its checksum checked; state and history are hashed. With --against, journal and ' +
      'history of both are compared up to the last record that both have, and the state when both are at that record. Exit ' +
      'code 1 when something cannot be read or differs. A log, behind a URL or in a directory, is read whole: every entry and every ' +
      'hash up to the signed root. With records the rows that a city shows are compared with its log, both ways, and with its journal as far ' +
      'as it is kept: of a data directory, served or not, or of a backup, which is only read. A receipt (.tlog-proof) is checked without asking anybody.',
    words: {
      called: 'data | log URL|DIR | records DIR | receipt FILE',
      about: 'What to verify.',
      min: 1,
      max: 2,
    },
    options,
    examples: [
      { line: 'chorsu verify data --data ./data/khujand', does: 'Reads it all.' },
      { line: 'chorsu verify data --data ./data/khujand --against ./backups/monday', does: 'Are they equal?' },
      { line: 'chorsu verify log https://khujand.example --log-key KEY', does: 'Is every entry what was signed?' },
      { line: 'chorsu verify records ./data/khujand --log-key KEY', does: 'Do the rows say what was logged?' },
      { line: 'chorsu verify receipt 17.tlog-proof --log-key KEY', does: 'Was this logged?' },
    ],
    act: async ({ data, against, logKey, witness }, [what, which], terminal) => {
      if (what === 'log' || what === 'records' || what === 'receipt')
        return verifyTrust(what, which, { logKey, witness }, terminal);
      if (what !== 'data' || which !== undefined)
        throw new WrongUsage(
          `"${[what, which].join(' ').trim()}" cannot be verified; data, log, records and receipt can`,
        );
      const told = (d: DataDigest): string =>
        `records ${d.from} to ${d.to}, ${d.instances} values of history${d.entities === undefined ? '' : `, ${d.entities} entities`}`;
      if (against === undefined) {
        const own = await digestOf(data, {}, needs, terminal);
        terminal.out(
          `readable: ${told(own)}\njournal ${own.journal}\nhistory ${own.history}\nstate   ${own.state ?? '-'}\n`,
        );
        return 0;
      }
      const whole = await digestOf(against, {}, needs, terminal);
      const own = await digestOf(data, { from: whole.from, to: whole.to }, needs, terminal);
      const shorter = own.from !== whole.from || own.to !== whole.to;
      const other = shorter ? await digestOf(against, { from: own.from, to: own.to }, needs, terminal) : whole;
      const found = differences(own, other);
      terminal.out(
        found.length === 0
          ? `equal: ${told(own)}${own.state === undefined || other.state === undefined ? '; one has gone on since, so its state was not compared' : ''}\n`
          : `not equal: ${found.join(', ')} differ in records ${own.from} to ${own.to}\n`,
      );
      return found.length === 0 ? 0 : 1;
    },
  });
}
