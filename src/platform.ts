/**
 * Wires one city, bottom up: stores, broker, history, modules, doors. The only file besides `main.ts` and `cli/` that
 * knows everybody.
 */
import { join } from 'node:path';
import { systemClock, type Clock } from './base/clock.ts';
import type { Log } from './base/log.ts';
import { createMetrics, type Metrics } from './base/metrics.ts';
import { brokerModule, createBroker, openContexts, openLive, type Broker } from './broker/index.ts';
import { pages } from './broker/pages/index.ts';
import { emptyCity, loadCity, namuna, type City } from './city/index.ts';
import { createApp, listen, type HttpServer } from './http/server.ts';
import type { Module } from './http/module.ts';
import { ingest, type Ingest } from './ingest/index.ts';
import { openStore, type Store } from './store/index.ts';
import { openHistory, startHistory } from './store/duckdb/index.ts';
import type { HistoryStore } from './store/ports.ts';
import { openPolicy } from './trust/index.ts';
import { runSampleCity } from './sampleCity.ts';

export type Settings = {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly mqttHost: string;
  /** 0 takes a free one; absent: no MQTT broker. */
  readonly mqttPort?: number;
  /** The data directory: the city. */
  readonly data: string;
  /** A city profile (directory or file); without it, and without `demo`, an empty city. */
  readonly city?: string;
  /** The invented sample city with its simulator. */
  readonly demo: boolean;
  /** See `openContexts`. */
  readonly contexts?: string;
  /** Mapping files of `ingest/`. */
  readonly mappings: readonly string[];
  readonly historyMemoryMb: number;
};

export type Platform = {
  readonly url: string;
  readonly mqttPort: number | undefined;
  readonly city: City;
  readonly broker: Broker;
  readonly ingest: Ingest;
  readonly store: Store;
  readonly history: HistoryStore;
  readonly metrics: Metrics;
  /** Stops taking, finishes what was taken, syncs, closes. */
  stop(): Promise<void>;
};
