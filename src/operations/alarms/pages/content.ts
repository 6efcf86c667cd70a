import type { City, Reader } from '../../../ui/index.ts';
import type { AlarmFilter } from '../schema.ts';
import type { Opened } from '../service.ts';
import type { AlarmGroup, Counts } from '../store.ts';
import type { StepLine } from '../tables.ts';

/** What is being done about an alarm: its work orders, with language still to come before the paths. */
export type OrdersOfAlarm = (
  reader: Reader,
  /** IRI. */
  alarm: string,
) => Promise<{ readonly links: readonly { href: string; text: string }[]; readonly mayMake: boolean }>;

/** What the console's list is made of. */
export type ConsoleContent = {
  readonly filter: AlarmFilter;
  readonly counts: Counts;
  readonly groups: readonly AlarmGroup[];
  readonly total: number;
  readonly page: number;
  /** Rows of a page. */
  readonly size: number;
  readonly acts: ReadonlyMap<string, StepLine>;
  readonly opened?: Opened;
  /** Something that may be commanded is its subject, or belongs to it. */
  readonly controlled?: boolean;
  readonly orders?: Awaited<ReturnType<OrdersOfAlarm>>;
  /** The reader chose it; else it is the first of the list. */
  readonly isChosen: boolean;
  /** Of a district's id; none: of no district. */
  readonly mayWork: (district?: string) => boolean;
  /** Residents may be told; of a district's id. */
  readonly mayTell: (district?: string) => boolean;
  /** One may be raised by hand somewhere. */
  readonly mayRaise: boolean;
  /** New alarms are heard. */
  readonly sound: boolean;
  readonly nameOf: (id: string) => string;
  readonly city: City;
  /** To choose from: those that the reader is not kept out of. */
  readonly districts: City['districts'];
};
