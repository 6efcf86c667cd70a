/** Appends record after record to the directory given, telling each applied seq on stdout, until it is killed. */
import { systemClock } from '../../base/clock.ts';
import { silentLog } from '../../base/log.ts';
import { createMetrics } from '../../base/metrics.ts';
import type { HistoryInstance } from '../ports.ts';
import { openHistory } from './index.ts';

const [, , directory = '', perRecord = '1', sealEvery = '0'] = process.argv;
const history = await openHistory({ directory, clock: systemClock, log: silentLog, metrics: createMetrics() });
const start = Date.parse('2026-01-01T00:00:00Z');
for (let seq = (await history.appliedSeq()) + 1; ; seq++) {
  const instances = Array.from({ length: Number(perRecord) }, (_, n): HistoryInstance => {
    const observedAt = new Date(start + (seq * 2000 + n) * 1000).toISOString();
    // A new entity every ten records: the dictionaries grow while it dies.
    const entity = `urn:ngsi-ld:Device:${Math.floor(seq / 10)}`;
    const instance = { type: 'Property', value: seq + n / 10, observedAt } as const;
    return { tenant: 0, entity, type: ['Device'], name: `a${n % 3}`, instance, modifiedAt: observedAt, seq };
  });
  await history.append(instances, seq);
  process.stdout.write(`${seq}\n`);
  if (Number(sealEvery) > 0 && seq % Number(sealEvery) === 0) await history.seal(start + seq * 2_000_000);
}
