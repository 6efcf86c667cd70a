/** Who sends too often waits. What waits is not acknowledged, and the rest waits in the sender's socket. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../base/log.ts';
import type { Metrics } from '../base/metrics.ts';
import { failedProofCost, networkOf, openRates, rateSizes, type Rates } from '../http/index.ts';

/** What a message costs: one for each KB that is begun, as the smallest request that sends readings over HTTP. */
const bytesPerToken = 1024;
/** Who guesses passwords waits for the answer at most so long. */
const guessMs = 5_000;
/** So often it is looked whether the sender is still there. */
const lookMs = 500;
const keysMax = 100_000;
/** A device that has been told of is not told of again for so long. */
const toldEveryS = 3_600;

export type Turns = {
  /**
   * In the order in which a connection sends.
   * @param connection closed: the sender has gone
   * @returns undefined: at once; else it resolves when the message may be taken
   * @throws SenderGone nobody waits for an answer any more
   */
  ofDevice(connection: { readonly closed: boolean }, device: string, bytes: number): Promise<void> | undefined;
  /** Resolves when whoever comes from there and had no password may be told. */
  ofStranger(address: string): Promise<void>;
};

export class SenderGone extends Error {
  constructor() {
    super('the sender went while its message waited for its turn');
  }
}

/** @param options factor: 2 allows twice as much; now: milliseconds */
export function openTurns(options: {
  readonly factor: number;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly now?: () => number;
}): Turns {
  const { factor, metrics, log, now = () => performance.now() } = options;
  const rates = ({ capacity, perSecond }: { readonly capacity: number; readonly perSecond: number }): Rates =>
    openRates({ capacity: capacity * factor, perSecond: perSecond * factor, now, keysMax });
  const devices = rates(rateSizes.telemetry);
  const addresses = rates(rateSizes.address);
  const told = openRates({ capacity: 1, perSecond: 1 / toldEveryS, now, keysMax: 1_000 });
  const waited = metrics.counter(
    'chorsu_mqtt_waited_total',
    'Messages, and refusals of passwords, that waited because their sender sends too often',
  );
  const lines = new WeakMap<object, Promise<void>>();

  /** @returns false: it had gone before its turn came */
  const wait = async (of: Rates, key: string, cost: number, gone: () => boolean): Promise<boolean> => {
    for (let seconds = of.take(key, cost); seconds > 0; seconds = of.take(key, cost)) {
      if (gone()) return false;
      await sleep(Math.min(Math.ceil(seconds * 1_000), lookMs), undefined, { ref: false });
    }
    return true;
  };

  const inLine = async (
    before: Promise<void> | undefined,
    connection: { readonly closed: boolean },
    device: string,
    cost: number,
  ): Promise<void> => {
    await before?.catch(() => {});
    if (!(await wait(devices, device, cost, () => connection.closed))) throw new SenderGone();
  };

  return {
    ofDevice(connection, device, bytes) {
      const cost = Math.max(1, Math.ceil(bytes / bytesPerToken));
      const before = lines.get(connection);
      if (before === undefined && devices.take(device, cost) === 0) return undefined;
      waited.add(1, { by: 'device' });
      if (told.take(device) === 0) log.warn('mqtt: a device sends too often and is slowed down', { device });
      const turn = inLine(before, connection, device, cost);
      lines.set(connection, turn);
      const leave = (): void => {
        if (lines.get(connection) === turn) lines.delete(connection);
      };
      turn.then(leave, leave);
      return turn;
    },
    async ofStranger(address) {
      const network = networkOf(address);
      if (addresses.take(network, failedProofCost) === 0) return;
      waited.add(1, { by: 'address' });
      const until = now() + guessMs;
      await wait(addresses, network, failedProofCost, () => now() >= until);
    },
  };
}
