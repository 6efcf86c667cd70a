/** The words of control: what may be commanded, what a command is, and which step leads where. Nothing here reads or writes. */
import type { Json } from '../../ngsild/entity.ts';

/** By language. */
export type Texts = Readonly<Record<string, string>>;

/** What an actuator is set to. */
export type Value = number | string | boolean;

/** One of a few states. `sends`: what the device is told instead, such as 1 for `on`. */
export type Option = { readonly value: Value; readonly sends?: Value; readonly name?: Texts };

/** Numbers from `min` to `max`, in steps where `step` is given. */
export type Range = { readonly min: number; readonly max: number; readonly step?: number };

/** `payload`: sent as it is, with `{value}`, `{id}`, `{at}` and `{expiresAt}` filled in. A text is sent as text, else JSON. */
export type MqttChannel = { readonly kind: 'mqtt'; readonly topic: string; readonly payload: Json };
export type HttpChannel = {
  readonly kind: 'http';
  readonly url: string;
  readonly method: 'POST' | 'PUT';
  readonly payload: Json;
};
export type Channel = MqttChannel | HttpChannel;

/** What confirms a command: a reading of this attribute, observed after the command went out. */
export type ReadBack = {
  /** Absent: of the entity that is controlled, and its attribute. */
  readonly entity?: string;
  readonly attribute?: string;
  /** Of a number: how far it may be off. */
  readonly tolerance: number;
  /** ISO 8601 duration; after that it is no answer. */
  readonly within: string;
};

export const pointKinds = ['light', 'valve', 'sign', 'other'] as const;
export type PointKind = (typeof pointKinds)[number];

/** One attribute of one entity that may be commanded. What is not on this list cannot be. */
export type ControlPoint = {
  /** Lower case letters, digits and hyphens. */
  readonly id: string;
  readonly kind: PointKind;
  /** IRI; short name of its attribute in the core context. */
  readonly entity: string;
  readonly attribute: string;
  readonly name?: Texts;
  /** Id of a district of the profile; absent: the one that the entity names. */
  readonly district?: string;
  readonly channel: Channel;
  /** Exactly one of the two. */
  readonly range?: Range;
  readonly options?: readonly Option[];
  /** UN/CEFACT code of a number. */
  readonly unitCode?: string;
  readonly readBack: ReadBack;
  /** ISO 8601 duration: a command that has not gone out by then never does. */
  readonly expires: string;
  /** Whoever commands it is asked once more, with the note. */
  readonly dangerous: boolean;
  readonly note?: Texts;
};

/** A version of a point; `removed`: it may no longer be commanded. */
export type PointVersion = {
  readonly point: ControlPoint;
  readonly version: number;
  readonly at: number;
  /** Opaque id. */
  readonly by: string;
  readonly why: string;
  readonly removed: boolean;
};

/**
 * `waiting`: for the device, or for the command before it; `sending`: written
 * down, on its way; `maybeSent`: the process ended, or the connection broke, while it was on its way.
 */
export const openStates = ['waiting', 'sending', 'sent', 'maybeSent'] as const;
export const endStates = [
  'confirmed',
  'contradicted',
  'noAnswer',
  'expired',
  'refused',
  'cancelled',
  'replaced',
] as const;
export const commandStates = [...openStates, ...endStates] as const;
export type CommandState = (typeof commandStates)[number];

export const commandSteps = [
  'request',
  'send',
  'return',
  'sent',
  'unsure',
  'confirm',
  'contradict',
  'silence',
  'expire',
  'refuse',
  'cancel',
  'replace',
  'late',
] as const;
export type CommandStep = (typeof commandSteps)[number];

/**
 * Where a step leads from where; what is not here cannot happen. Nothing leads back from `sending` but `return`, which is
 * taken only when it is known that no byte has left; nothing at all leads from an end to the device.
 */
export const transitions: Readonly<Record<CommandState, Readonly<Partial<Record<CommandStep, CommandState>>>>> = {
  waiting: { send: 'sending', expire: 'expired', cancel: 'cancelled', replace: 'replaced', refuse: 'refused' },
  sending: { sent: 'sent', unsure: 'maybeSent', return: 'waiting', refuse: 'refused' },
  sent: { confirm: 'confirmed', contradict: 'contradicted', silence: 'noAnswer' },
  maybeSent: { confirm: 'confirmed', contradict: 'contradicted', silence: 'noAnswer' },
  confirmed: {},
  contradicted: { late: 'contradicted' },
  noAnswer: { late: 'noAnswer' },
  refused: { late: 'refused' },
  expired: {},
  cancelled: {},
  replaced: {},
};

export const isOpen = ({ state }: Pick<Command, 'state'>): boolean => openStates.some((one) => one === state);
/** It has left, or may have. */
export const isUnderWay = ({ state }: Pick<Command, 'state'>): boolean =>
  state === 'sending' || state === 'sent' || state === 'maybeSent';

export type Command = {
  /** Ten characters. */
  readonly id: string;
  readonly point: string;
  readonly pointVersion: number;
  readonly value: Value;
  readonly state: CommandState;
  /** Opaque id of who asked. */
  readonly by: string;
  readonly note?: string;
  /** ms. */
  readonly requestedAt: number;
  readonly expiresAt: number;
  /** When it was written down that it goes out: what was observed before is no answer to it. */
  readonly sendingAt?: number;
  readonly deadlineAt?: number;
  readonly endedAt?: number;
  /** What was read back, and when it was observed. */
  readonly answer?: Value;
  readonly answeredAt?: number;
  /** Readings within the deadline that said the same as the command; more than one changes nothing. */
  readonly answers: number;
  /** The right answer, observed or received after the deadline. */
  readonly lateAt?: number;
  /** Why it was refused, by whom it was replaced. */
  readonly detail?: string;
  /** Of a group: commands that were asked for together. */
  readonly batch?: string;
  readonly stepCount: number;
  readonly district: string;
  readonly simulated: boolean;
};

/** One line of a command's story. */
export type StepLine = {
  readonly n: number;
  readonly at: number;
  /** Opaque; `system` for what nobody did. */
  readonly who: string;
  readonly step: CommandStep;
  readonly state: CommandState;
  readonly detail?: string;
  readonly value?: Value;
  readonly observedAt?: number;
};

/** What somebody asks for. `key`: the same one again is the same command. */
export type CommandRequest = {
  readonly value: Value;
  readonly key?: string;
  /** ms from now; absent: the point's. */
  readonly expiresInMs?: number;
  readonly note?: string;
  /** Id of the point's last command that whoever asks has seen ('': none); another one since is a conflict. */
  readonly seen?: string;
};

/** How one reaches devices: the embedded MQTT broker, HTTP. */
export type CommandDoor = {
  /**
   * Sends once.
   * @returns `sent`: the device's side has it; `nobody`: no byte has left; `unsure`: it may have
   * @throws Problem refused by the device
   */
  send(channel: Channel, payload: Uint8Array): Promise<'sent' | 'nobody' | 'unsure'>;
  /** Whether somebody is there who would hear it now. */
  listens(channel: Channel): boolean;
  /** Called when somebody comes who was not there. */
  onListener(listener: () => void): void;
};

/** Points that are told the same thing together. Commands to them wait for a second confirmation. */
export type ControlGroup = {
  readonly id: string;
  readonly name?: Texts;
  /** Ids of control points. */
  readonly points: readonly string[];
  /** Who confirms: another person than who asked, or whoever asked too. */
  readonly confirmation: 'other' | 'self';
};

export const batchStates = ['confirming', 'confirmed', 'expired', 'cancelled'] as const;
/** What was asked of a group: the exact list, as it was shown. */
export type Batch = {
  readonly id: string;
  readonly group: string;
  readonly groupVersion: number;
  /** Ids and versions of the points. */
  readonly points: readonly (readonly [string, number])[];
  readonly value: Value;
  readonly note?: string;
  readonly state: (typeof batchStates)[number];
  readonly by: string;
  readonly requestedAt: number;
  readonly expiresAt: number;
  /** Who confirmed or took it back. */
  readonly decidedBy?: string;
  readonly decidedAt?: number;
  /** Every point has its command. */
  readonly done: boolean;
};
/** What is not confirmed by then is not sent. */
export const confirmMs = 10 * 60_000;

/** When something is switched: at an hour of the city's clock, or when the sun passes an elevation, so many minutes later. */
export type Switching = { readonly at: string; readonly offset?: number; readonly value: Value };
export type Schedule = {
  readonly id: string;
  readonly name?: Texts;
  /** A group, or a point. */
  readonly group?: string;
  readonly point?: string;
  /** Degrees of the sun's centre at `dusk` and `dawn`; -6: the end of civil twilight, -0.833: sunset. */
  readonly elevation: number;
  readonly switchings: readonly Switching[];
  /** By date of the city's calendar: what holds instead; none: nothing is switched. */
  readonly exceptions: readonly { readonly date: string; readonly switchings: readonly Switching[] }[];
  readonly enabled: boolean;
};

export const noteMax = 500;
export const expiresMsMax = 24 * 3_600_000;
