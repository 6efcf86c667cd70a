import { setTimeout as sleep } from 'node:timers/promises';
import mqtt from 'mqtt';
import type { Clock } from '../base/clock.ts';
import { Problem } from '../base/problem.ts';
import type { Reading } from '../broker/index.ts';
import { rowReader } from './tables/rows.ts';
import { fileMapping, sourceAttribute, type Mapping, type MappingFile } from './mapping/index.ts';

export type PlayOptions = {
  readonly file: string;
  readonly mapping: MappingFile;
  readonly source?: string;
  /** `mqtt://127.0.0.1:1883`. */
  readonly mqttUrl: string;
  /** Times faster than recorded; `max` = as fast as it is acknowledged. Default `max`. */
  readonly speed?: number | 'max';
  /** Messages not yet acknowledged, at most. Default 500. */
  readonly inFlightMax?: number;
  readonly onProgress?: (progress: PlayReport & { readonly bytes: number; readonly bytesTotal: number }) => void;
  readonly signal?: AbortSignal;
};

export type PlayReport = {
  readonly rows: number;
  readonly sent: number;
  readonly acknowledged: number;
  readonly values: number;
  /** Rows or cells that the mapping refused, so that nothing of them was sent. */
  readonly skipped: number;
  readonly seconds: number;
};

/**
 * Sends recorded data again over MQTT with QoS 1, one message per reading: `{ observedAt, <attribute>: value, ... }` with
 * the attributes that an entity gets at birth beside them.
 * @throws Problem bad-data (no `play` in the mapping, no CSV), not-found, overloaded when the broker goes away
 */
export async function play(options: PlayOptions, { clock }: { clock: Clock }): Promise<PlayReport> {
  const mapping = fileMapping(options.mapping, 'table', options.source);
  const { play: form } = mapping;
  if (!form) throw new Problem('bad-data', 'the mapping has no "play": { "topic": ... }', 'play');
  const reader = await rowReader(options.file, mapping);
  const { speed = 'max', inFlightMax = 500 } = options;
  const target = mapping.target({});
  const client = await connect(options.mqttUrl);
  const startedMs = clock.now();
  const counts = { rows: 0, sent: 0, acknowledged: 0, values: 0, skipped: 0 };
  const report = (): PlayReport => ({ ...counts, seconds: (clock.now() - startedMs) / 1000 });
  let failure: Error | undefined;
  let wake: (() => void) | undefined;
  let firstMs: number | undefined;
  client.on('close', () => {
    failure ??= new Problem('overloaded', `the connection to ${options.mqttUrl} was lost`);
    wake?.();
  });
  const below = async (limit: number): Promise<void> => {
    while (!failure && counts.sent - counts.acknowledged > limit) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    if (failure) throw failure;
  };

  try {
    for await (const { rows, read } of reader.table.rows()) {
      for (const row of rows) {
        if (options.signal?.aborted) break;
        counts.rows++;
        if (row.fault !== undefined || row.faults) {
          counts.skipped++;
          continue;
        }
        for (const payload of reader.payloads(row)) {
          const result = mapping.read(target, payload, clock.now());
          const topic = form.topic.fill({}, payload);
          if (result.reason !== undefined || topic === undefined) {
            counts.skipped++;
            continue;
          }
          firstMs ??= result.observedMs;
          if (speed !== 'max') {
            const waitMs = (result.observedMs - firstMs) / speed - (clock.now() - startedMs);
            if (waitMs > 1) await sleep(waitMs);
          }
          await below(inFlightMax - 1);
          counts.sent++;
          counts.values += Object.keys(result.reading.attrs).length;
          client.publish(topic, message(mapping, result.reading, result.observedMs), { qos: 1 }, (error) => {
            if (error) failure ??= error;
            else counts.acknowledged++;
            wake?.();
          });
        }
      }
      options.onProgress?.({ ...report(), bytes: read, bytesTotal: reader.table.bytes });
      if (options.signal?.aborted) break;
    }
    await below(0);
    return report();
  } finally {
    client.removeAllListeners('close');
    client.on('error', () => {});
    await reader.close();
    await client.endAsync(failure !== undefined);
  }
}

async function connect(url: string): Promise<mqtt.MqttClient> {
  try {
    return await mqtt.connectAsync(url, { protocolVersion: 4, reconnectPeriod: 0, connectTimeout: 10_000 });
  } catch (error) {
    throw new Problem(
      'not-found',
      `cannot connect to ${url}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function message(mapping: Mapping, { attrs, atBirth = {} }: Reading, observedMs: number): string {
  const body: Record<string, unknown> = { observedAt: new Date(observedMs).toISOString() };
  for (const [iri, instances] of Object.entries({ ...atBirth, ...attrs })) {
    if (iri !== sourceAttribute) body[mapping.shortNames.get(iri) ?? iri] = instances[0]?.value;
  }
  return JSON.stringify(body);
}
