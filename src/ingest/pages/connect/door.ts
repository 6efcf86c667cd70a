/** What a way in is on the page "connect the first source": one file in `doors/` each. */
import type { Catalogue } from '../../../ui/index.ts';

export type DoorKey = 'title' | 'who' | 'needs' | 'after';

/** This process, as a sender has to address it. */
export type Here = {
  /** `http://127.0.0.1:8080`, without a slash at the end. */
  readonly url: string;
  /** Absent: the MQTT broker is off. */
  readonly mqtt: { readonly host: string; readonly port: number; readonly tls: boolean } | undefined;
  /** [long, lat] of the city, to about a metre: stands in the example payloads in place of the device's own. */
  readonly center: readonly [number, number];
  readonly now: number;
};

/** Texts of a source that only the city can know; they say so, in the reader's language. */
export type SourceTexts = { readonly purpose: string; readonly owner: string; readonly legalBasis: string };

/** What a person copies, in order. */
export type Copied =
  | { readonly step: 'send' | 'address' | 'trial' | 'import' | 'sample' | 'command'; readonly text: string }
  /** A page of this program that does the same. */
  | { readonly step: 'page'; readonly href: string };

export type Door = {
  /** In the address: `#mqtt`, `mqtt.json`. */
  readonly id: string;
  readonly words: Catalogue<DoorKey>;
  /** The smallest mapping file that works; absent when none is needed. */
  readonly mapping?: (texts: SourceTexts) => Readonly<Record<string, unknown>>;
  /** The program has to be started with the mapping; false for files, which are given it with the command. */
  readonly served: boolean;
  /** Undefined when this process does not have the door open. */
  readonly copied: (here: Here) => readonly Copied[] | undefined;
};

/** A source with the fields that the page cannot know filled in by texts that say so. */
export function sourceNamed(
  id: string,
  name: string,
  kind: 'mqtt' | 'lorawan' | 'http' | 'csv' | 'geojson' | 'gtfs' | 'feed',
  texts: SourceTexts,
): Readonly<Record<string, unknown>> {
  return {
    id,
    name,
    ...texts,
    retentionDays: 365,
    personal: 'none',
    granularity: 'station',
    kind,
    expectedEveryS: ['csv', 'geojson', 'gtfs'].includes(kind) ? null : 900,
  };
}
