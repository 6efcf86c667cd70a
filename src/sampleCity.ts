/**
 * Lets the sample city live: its simulator speaks through the same doors as any source. A year of the past is written
 * in the background, so that something is on the map at once.
 */
import type { Clock } from './base/clock.ts';
import type { Log } from './base/log.ts';
import type { Broker, Reading } from './broker/index.ts';
import {
  createSimulator,
  type Birth,
  type City,
  type SimulatedAttribute,
  type SimulatedReading,
} from './city/index.ts';
import { systemPrincipal } from './http/principal.ts';
import type { Ingest } from './ingest/index.ts';
import type { Instance, Json } from './ngsild/entity.ts';
import type { SampleActuators } from './sampleActuators.ts';
import type { RowDelta, Rows, TableDefinition } from './store/ports.ts';

/** When the sample city began, and up to when its past stands in history; both ms since 1970. */
export const sampleCityTable: TableDefinition = {
  name: 'sample_city',
  columns: { city: 'TEXT', started_at: 'INTEGER', past_until: 'INTEGER' },
  key: ['city'],
};

const seed = 7;
const tickMs = 1000;
const yearMs = 366 * 86_400_000;
/** How often the place reached is noted: after a restart the past is filled from there. */
const noteMs = 10_000;
/** Values of the past in one record. */
const pastChunk = 4000;
const birthChunk = 500;
/** After a longer stop the current values are brought up to date at once instead of with each device's next report. */
const longAwayMs = 3_600_000;
const vocabulary = 'https://uri.etsi.org/ngsi-ld/default-context/';
const coreNames: Record<string, string> = { location: 'https://uri.etsi.org/ngsi-ld/location' };

const iri = (name: string): string => coreNames[name] ?? vocabulary + name;
const cause = { by: 'simulator' };

/**
 * Starts the city's devices; resolves when the first values are durable, the past goes on being written.
 * @returns stop, which resolves when nothing is under way
 */
export async function runSampleCity(deps: {
  city: City;
  broker: Broker;
  rows: Rows;
  ingest: Pick<Ingest, 'declare' | 'accept' | 'health'>;
  clock: Clock;
  log: Log;
  /** Valves that obey. */
  actuators: SampleActuators;
  /** Puts them on the list of what may be commanded. */
  offer: (points: unknown) => Promise<void>;
}): Promise<() => Promise<void>> {
  const { city, broker, rows, ingest, clock, log, actuators } = deps;
  const known = await rows.get('SELECT started_at, past_until FROM sample_city WHERE city = ?', [city.id]);
  const now = clock.now();
  const startedAt = known ? Number(known['started_at']) : now;
  let pastUntil = known ? Number(known['past_until']) : now - yearMs;
  await actuators.restore(broker);
  const simulator = createSimulator({ city, seed, startedAt, facts: actuators.facts });
  for (const source of simulator.sources) ingest.declare(source);
  const note = (): RowDelta => ({
    table: sampleCityTable.name,
    key: { city: city.id },
    row: { started_at: startedAt, past_until: pastUntil },
  });

  // The newest values from before this instant are not news: a source that is silent has to look silent.
  const births = simulator.entities(now);
  const fresh = known && now - pastUntil < longAwayMs;
  // What a newer program has and an older one had not is born now.
  const born = async ({ id }: Birth): Promise<boolean> =>
    fresh === true && (await broker.find(systemPrincipal, 0, id)) !== undefined;
  const unborn = (await Promise.all(births.map(async (birth) => ((await born(birth)) ? [] : [birth])))).flat();
  for (const [source, readings] of bySource(unborn.map(birthReading)))
    for (let at = 0; at < readings.length; at += birthChunk)
      await broker.record(systemPrincipal, 0, readings.slice(at, at + birthChunk), { ...cause, source });
  for (const source of new Set(births.map((birth) => birth.source))) {
    const observed = births
      .filter((birth) => birth.source === source)
      .flatMap(({ attrs }) => attrs.map(({ observedAt = 0 }) => observedAt));
    ingest.health.restore(
      source,
      observed.reduce((newest, at) => Math.max(newest, at), 0),
    );
  }
  await broker.record(systemPrincipal, 0, [], cause, [note()]);
  await deps.offer(actuators.points);
  const halt = actuators.start((reading) => ingest.accept(reading.source, [toReading(reading)]));

  let stopping = false;
  const past = writePast();
  let ticking: Promise<void> = Promise.resolve();
  let busy = false;
  let ticked = now;
  let notedAt = now;
  const timer = setInterval(() => {
    if (busy || stopping) return;
    busy = true;
    ticking = tick()
      .catch((error: unknown) => log.error('sample city: a beat failed', { error: String(error) }))
      .finally(() => {
        busy = false;
      });
  }, tickMs);

  async function tick(): Promise<void> {
    const to = clock.now();
    const from = ticked;
    ticked = to;
    const readings = simulator
      .tick(from, to)
      .map((reading) => ({ source: reading.source, reading: toReading(reading) }));
    for (const [source, group] of bySource(readings)) await ingest.accept(source, group);
    if (pastUntil < now || to - notedAt < noteMs) return;
    notedAt = to;
    pastUntil = to;
    await broker.record(systemPrincipal, 0, [], cause, [note()]);
  }

  async function writePast(): Promise<void> {
    const began = clock.now();
    let values = 0;
    let waiting: Reading[] = [];
    let waitingValues = 0;
    let day = Number.NaN;
    const flush = async (until: number): Promise<void> => {
      pastUntil = until;
      await broker.recordHistory(systemPrincipal, 0, waiting, cause, [note()]);
      waiting = [];
      waitingValues = 0;
    };
    for (const batch of simulator.backfill(pastUntil, now)) {
      const first = batch.attrs[0]?.observedAt ?? day;
      // A record ends where a day ends, so that a restart goes on with the first day that is not there.
      if (waitingValues >= pastChunk && first - day >= 43_200_000) await flush(first);
      if (stopping) return;
      if (Number.isNaN(day) || first - day >= 43_200_000) day = first;
      waiting.push(toReading(batch));
      waitingValues += batch.attrs.length;
      values += batch.attrs.length;
    }
    await flush(now);
    if (values > 0) log.info('sample city: the past is written', { values, ms: clock.now() - began });
  }

  return async () => {
    stopping = true;
    clearInterval(timer);
    await Promise.all([ticking, past, halt()]);
  };
}

function bySource(items: readonly { source: string; reading: Reading }[]): Map<string, Reading[]> {
  const groups = new Map<string, Reading[]>();
  for (const { source, reading } of items) {
    const group = groups.get(source);
    if (group) group.push(reading);
    else groups.set(source, [reading]);
  }
  return groups;
}

function toReading({ id, type, attrs }: SimulatedReading): Reading {
  const instances: Record<string, Instance[]> = {};
  for (const attribute of attrs) (instances[iri(attribute.name)] ??= []).push(instanceOf(attribute));
  return { id, type: [iri(type)], attrs: instances, simulated: true };
}

function birthReading({ source, id, type, attrs }: Birth): { source: string; reading: Reading } {
  const values: Record<string, Instance[]> = {};
  const atBirth: Record<string, Instance[]> = { [iri('source')]: [{ type: 'Property', value: source }] };
  for (const attribute of attrs) {
    const into = attribute.observedAt === undefined ? atBirth : values;
    into[iri(attribute.name)] = [instanceOf(attribute)];
  }
  return { source, reading: { id, type: [iri(type)], attrs: values, atBirth, simulated: true } };
}

function instanceOf({
  kind = 'Property',
  value,
  unitCode,
  observedAt,
}: SimulatedAttribute & { observedAt?: number }): Instance {
  return {
    type: kind,
    value: value as Json,
    ...(unitCode !== undefined && { unitCode }),
    ...(observedAt !== undefined && { observedAt: new Date(observedAt).toISOString() }),
  };
}
