/** What every simulated device is: what is known at its birth, and streams of readings. */
import type { Position, Words } from '../profile.ts';

export type SimulatedKind = 'Property' | 'GeoProperty' | 'Relationship' | 'LanguageProperty';
export type SimulatedValue =
  | null
  | boolean
  | number
  | string
  | readonly SimulatedValue[]
  | { readonly [key: string]: SimulatedValue };

/** One value of one attribute, by its short name in the default context. */
export type SimulatedAttribute = {
  readonly name: string;
  readonly value: SimulatedValue;
  /** Default Property. */
  readonly kind?: SimulatedKind;
  /** UN/CEFACT Recommendation 20. */
  readonly unitCode?: string;
};

/** Values of one entity. In a batch of the past the same name stands many times, each with its instant, in time order. */
export type SimulatedReading = {
  readonly source: string;
  readonly id: string;
  readonly type: string;
  /** `observedAt` in ms since 1970. */
  readonly attrs: readonly (SimulatedAttribute & { readonly observedAt: number })[];
};

/** What an entity is from its first day, and the newest values it would have reported by then. */
export type Birth = {
  readonly source: string;
  readonly id: string;
  readonly type: string;
  readonly attrs: readonly (SimulatedAttribute & { readonly observedAt?: number })[];
};

/** Instants `offsetMs + n * everyMs` since 1970. */
export type Rhythm = { readonly everyMs: number; readonly offsetMs: number };

export type Stream = {
  /** Absent: only in the past. */
  readonly live?: Rhythm;
  /** Absent: no past is made up. */
  readonly past?: Rhythm;
  /** Undefined when the device is silent at that instant. Pure. */
  readonly read: (at: number) => readonly SimulatedAttribute[] | undefined;
  /** How far back to look for the newest value at birth; default a day. */
  readonly lookBackMs?: number;
};

export type Device = {
  readonly source: string;
  readonly id: string;
  readonly type: string;
  readonly attrs: readonly SimulatedAttribute[];
  readonly streams: readonly Stream[];
};

export const minuteMs = 60_000;
export const hourMs = 3_600_000;
export const dayMs = 86_400_000;

/** `urn:ngsi-ld:Type:namuna-name`. */
export const urn = (type: string, name: string): string => `urn:ngsi-ld:${type}:namuna-${name}`;

export const named = (name: Words): SimulatedAttribute => ({
  name: 'name',
  kind: 'LanguageProperty',
  value: name,
});

export const pointAt = ([long, lat]: Position): SimulatedAttribute => ({
  name: 'location',
  kind: 'GeoProperty',
  value: { type: 'Point', coordinates: [degrees(long), degrees(lat)] },
});

/** About 0.1 m. */
const degrees = (value: number): number => Math.round(value * 1e6) / 1e6;
