/** The words of work orders: what one is, its states, and what can be done to it. */

/** 1: at once; 2: within the hour; 3: in the shift; 4: when there is time. */
export const priorities = [1, 2, 3, 4] as const;
export type Priority = (typeof priorities)[number];

/** `open`: nobody has it; `accepted`: the crew is on the way; `done`: with proof, not checked; `returned`: checked, not good. */
export const states = [
  'open',
  'assigned',
  'accepted',
  'working',
  'paused',
  'done',
  'returned',
  'closed',
  'cancelled',
] as const;
export type State = (typeof states)[number];
export const over: readonly State[] = ['closed', 'cancelled'];

/** Done by whoever manages orders. */
export const managerSteps = ['assign', 'change', 'return', 'close', 'cancel'] as const;
/** Done by the crew. */
export const crewSteps = [
  'accept',
  'decline',
  'start',
  'pause',
  'finish',
  'check',
  'part',
  'clockIn',
  'clockOut',
  'time',
  'reading',
  'photo',
  'dropPhoto',
] as const;
/** Done by either. */
export const commonSteps = ['tell', 'note'] as const;
export const personSteps = [...managerSteps, ...crewSteps, ...commonSteps] as const;
export type PersonStep = (typeof personSteps)[number];
/** As the story names them. */
export type Step = 'make' | PersonStep;

/** Whoever did one of these did the work. */
export const workSteps: readonly Step[] = ['accept', 'start', 'pause', 'finish', 'check', 'part', 'reading', 'photo'];

const anywhere = Object.fromEntries(states.map((state) => [state, state])) as Record<State, State>;
const inHand = { accepted: 'accepted', working: 'working', paused: 'paused', returned: 'returned' } as const;
/** Also when it is over: what a crew brings late is kept. */
const late = { ...inHand, assigned: 'assigned', done: 'done', closed: 'closed', cancelled: 'cancelled' } as const;

/** Where a step leads from where; what is not here cannot be done. */
export const transitions: Readonly<Record<PersonStep, Readonly<Partial<Record<State, State>>>>> = {
  assign: {
    open: 'assigned',
    assigned: 'assigned',
    accepted: 'assigned',
    working: 'assigned',
    paused: 'assigned',
    returned: 'assigned',
  },
  change: { open: 'open', assigned: 'assigned', ...inHand },
  accept: { open: 'accepted', assigned: 'accepted' },
  decline: { assigned: 'open', accepted: 'open' },
  start: { assigned: 'working', accepted: 'working', paused: 'working', returned: 'working' },
  pause: { working: 'paused' },
  finish: { working: 'done' },
  return: { done: 'returned' },
  close: { done: 'closed' },
  cancel: {
    open: 'cancelled',
    assigned: 'cancelled',
    accepted: 'cancelled',
    working: 'cancelled',
    paused: 'cancelled',
    returned: 'cancelled',
  },
  check: inHand,
  part: { ...inHand, done: 'done' },
  clockIn: { accepted: 'accepted', working: 'working' },
  clockOut: late,
  time: late,
  reading: inHand,
  photo: late,
  dropPhoto: inHand,
  tell: anywhere,
  note: anywhere,
};

/** Why the work rests. */
export const pauses = ['waitsParts', 'waitsOthers', 'noAccess', 'weather', 'nightfall', 'otherWork', 'other'] as const;
export type Pause = (typeof pauses)[number];

/** Why there is nothing to do any more. */
export const cancels = ['notNeeded', 'duplicate', 'mistake', 'byOthers', 'other'] as const;
export type Cancel = (typeof cancels)[number];

/** UN/CEFACT codes in which parts and readings are counted; `C62`: pieces. */
export const partUnits = ['C62', 'MTR', 'KGM', 'LTR', 'MTQ', 'HUR'] as const;
export const readingUnits = ['BAR', 'CEL', 'MQH', 'MTQ', 'VLT', 'AMP', 'KWT', 'LUX', 'P1', 'MTR', 'C62'] as const;

/** Of a text that a person writes, in characters. */
export const textMax = 1000;
export const photosMax = 20;
export const partsMax = 100;
export const readingsMax = 50;

/** By language. */
export type Texts = Readonly<Record<string, string>>;

export type CheckItem = { readonly id: string; readonly text: Texts; readonly done: boolean };
/** As it was when the order was made: a template that changes later changes nothing here. */
export type Checklist = { readonly template: string; readonly version: number; readonly items: readonly CheckItem[] };
export type Part = { readonly name: string; readonly number: number; readonly unit: string };
/** ms; `at` when it was given. */
export type Photo = { readonly n: number; readonly at: number; readonly caption?: string };
export type Reading = {
  readonly at: number;
  readonly name: string;
  readonly value: number;
  readonly unitCode?: string;
  /** Read of this entity, whose attribute was observed at; absent: typed by a person. */
  readonly entity?: string;
  readonly observedAt?: number;
};

/** What an order is; the WorkOrder entity says the same, and the row of the list is made of it. */
export type Order = {
  /** `urn:ngsi-ld:WorkOrder:0123456789`. */
  readonly id: string;
  readonly state: State;
  readonly priority: Priority;
  readonly title: Texts;
  /** What is to be done. */
  readonly description?: Texts;
  /** A free name. */
  readonly crew?: string;
  readonly department?: string;
  /** IRIs: what it is about, the alarm and the request that it was made from. */
  readonly asset?: string;
  readonly assetName?: Texts;
  readonly alarm?: string;
  readonly request?: string;
  /** [long, lat]. */
  readonly location?: readonly [number, number];
  readonly district?: string;
  /** A street and a number. */
  readonly place?: string;
  /** ms: when it was made, until when it is wanted, when work began and ended, when it was closed or cancelled. */
  readonly madeAt: number;
  readonly dueAt?: number;
  readonly startedAt?: number;
  readonly finishedAt?: number;
  readonly closedAt?: number;
  /** Why it rests, was cancelled, declined or sent back: a word of the lists, or a person's. */
  readonly reason?: string;
  readonly checklist: Checklist;
  readonly parts: readonly Part[];
  readonly photos: readonly Photo[];
  readonly readings: readonly Reading[];
  /** Photos that were ever given: the next one's number. */
  readonly photoCount: number;
  /** For residents. */
  readonly publicText?: Texts;
  /** The last note: seen by those who may see such. */
  readonly note?: string;
  /** How many steps it has gone, and the last that changed its state, its crew or its order. */
  readonly stepCount: number;
  readonly handledStep: number;
  readonly simulated: boolean;
};

/** What a person does to an order. */
export type Act =
  | { readonly step: 'accept' | 'start' | 'clockIn' | 'clockOut'; readonly note?: string }
  | { readonly step: 'finish' | 'close'; readonly note?: string }
  | {
      readonly step: 'assign';
      /** Or an account, or both. */
      readonly crew?: string;
      readonly department?: string;
      /** Of an account. */
      readonly assignee?: string;
      readonly note?: string;
    }
  | {
      readonly step: 'change';
      readonly priority?: Priority;
      /** null: no longer wanted by a certain time. */
      readonly dueAt?: number | null;
      readonly description?: Texts;
      readonly note?: string;
    }
  | { readonly step: 'decline' | 'return'; readonly reason: string }
  | { readonly step: 'pause'; readonly reason: Pause; readonly note?: string }
  | { readonly step: 'cancel'; readonly reason: Cancel; readonly note?: string }
  | { readonly step: 'check'; readonly item: string; readonly done: boolean }
  | { readonly step: 'part'; readonly part: Part }
  | { readonly step: 'time'; readonly minutes: number; readonly note?: string }
  | { readonly step: 'reading'; readonly reading: Reading }
  | { readonly step: 'photo'; readonly caption?: string }
  | { readonly step: 'dropPhoto'; readonly n: number; readonly reason: string }
  | { readonly step: 'tell'; readonly text: Texts }
  | { readonly step: 'note'; readonly note: string };

/** To read an attribute of the city itself, as it stands when this is recorded; default: of what the order is about. */
export type AskedReading = { readonly step: 'reading'; readonly attribute: string; readonly entity?: string };

/** What an order is made of; what is not said follows from the alarm, the request or the asset. */
export type Draft = {
  readonly title?: Texts;
  readonly priority?: Priority;
  readonly description?: Texts;
  /** Ids of entities. */
  readonly alarm?: string;
  readonly request?: string;
  readonly asset?: string;
  readonly location?: readonly [number, number];
  readonly district?: string;
  readonly place?: string;
  readonly crew?: string;
  readonly assignee?: string;
  readonly department?: string;
  readonly dueAt?: number;
  /** Id of a checklist; absent: by what it is about. */
  readonly checklist?: string;
  readonly note?: string;
};

/** Parts of the list. `mine`: given to the reader, or to nobody by name. */
export const views = ['open', 'mine', 'overdue', 'done', 'over', 'all'] as const;
export type View = (typeof views)[number];

export type OrderFilter = {
  readonly show: View;
  readonly state?: State;
  readonly priority?: Priority;
  readonly district?: string;
  /** Without prefix. */
  readonly alarm?: string;
};

/** What was put on the record with a name: a photo or a reading. */
export const hasProof = ({ photos, readings }: Pick<Order, 'photos' | 'readings'>): boolean =>
  photos.length + readings.length > 0;
