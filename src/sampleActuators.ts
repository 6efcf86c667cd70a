/** Valves and lights of the sample city that obey: they hear their commands, take their time, and tell where they stand. */
import type { Clock } from './base/clock.ts';
import { isObject, parseJson } from './base/json.ts';
import type { Log } from './base/log.ts';
import type { Broker } from './broker/index.ts';
import {
  lightGroupId,
  lightGroupNames,
  streetsWithMains,
  valveId,
  type City,
  type Facts,
  type SimulatedReading,
} from './city/index.ts';
import { systemPrincipal } from './http/principal.ts';
import { coreContext } from './ngsild/index.ts';
import type { TopicDoor } from './operations/index.ts';

export type SampleActuators = {
  readonly door: TopicDoor;
  readonly facts: Facts;
  /** What may be commanded, as a file of control points. */
  readonly points: unknown;
  /** Valves stand as they last said, whatever was restarted. */
  restore(broker: Pick<Broker, 'find'>): Promise<void>;
  /** @returns stop, which resolves when nothing is under way */
  start(tell: (reading: SimulatedReading) => Promise<void>): () => Promise<void>;
};

/** From open to closed. */
const travelMs = 8_000;
const leastMs = 1_000;
const position = coreContext.expand('position');
const valveTopic = (street: string): string => `namuna/valves/${street}/commands`;
const lightTopic = (group: string): string => `namuna/lights/${group}/commands`;
/** Of a group of lights, so many are remembered. */
const toldKept = 50;

/** One thing that obeys: where it hears, what of the payload it reads, how long it takes, what it then says. */
type Actuator = {
  readonly member: string;
  readonly max: number;
  readonly travelMs: (to: number) => number;
  readonly arrive: (to: number, at: number) => SimulatedReading;
};

export function sampleActuators(city: City, { clock, log }: { clock: Clock; log: Log }): SampleActuators {
  const streets = streetsWithMains(city).flatMap(({ id }) => (id === undefined ? [] : [id]));
  const groups = lightGroupNames(city);
  /** Since when a valve stands where, oldest first; since when a group of lights is at which level. */
  const stood = new Map<string, { readonly at: number; readonly open: number }[]>();
  const lit = new Map<string, { readonly at: number; readonly level: number }[]>();
  const listeners: (() => void)[] = [];
  const moving = new Set<NodeJS.Timeout>();
  const telling = new Set<Promise<void>>();
  let tell: ((reading: SimulatedReading) => Promise<void>) | undefined;

  const valveAt = (street: string, at: number): number =>
    stood.get(street)?.findLast((one) => one.at <= at)?.open ?? 100;
  const stands = (street: string, at: number, open: number): void => {
    stood.set(street, [...(stood.get(street) ?? []), { at, open }]);
  };
  const valveOf = (street: string): Actuator => ({
    member: 'position',
    max: 100,
    travelMs: (to) => Math.max(leastMs, (Math.abs(valveAt(street, clock.now()) - to) / 100) * travelMs),
    arrive(open, at) {
      stands(street, at, open);
      return {
        source: 'namuna-water-mains',
        id: valveId(street),
        type: 'Valve',
        attrs: [{ name: 'position', value: open, unitCode: 'P1', observedAt: at }],
      };
    },
  });
  const lightOf = (group: string): Actuator => ({
    member: 'level',
    max: 1,
    travelMs: () => leastMs,
    arrive(level, at) {
      lit.set(group, [...(lit.get(group) ?? []).slice(-toldKept), { at, level }]);
      const attrs = [
        { name: 'powerState', value: level === 0 ? 'off' : level < 1 ? 'low' : 'on', observedAt: at },
        { name: 'illuminanceLevel', value: level, observedAt: at },
      ];
      return { source: 'namuna-lights', id: lightGroupId(group), type: 'StreetlightGroup', attrs };
    },
  });
  const known = new Map<string, Actuator>([
    ...streets.map((street) => [valveTopic(street), valveOf(street)] as const),
    ...groups.map((group) => [lightTopic(group), lightOf(group)] as const),
  ]);

  const say = (reading: SimulatedReading): void => {
    const told = tell?.(reading).catch((error: unknown) => {
      log.error('sample city: a device could not tell how it stands', { error: String(error) });
    });
    if (!told) return;
    telling.add(told);
    void told.finally(() => telling.delete(told));
  };

  return {
    facts: { valveAt, lightAt: (group, at) => lit.get(group)?.findLast((one) => one.at <= at) },
    points: {
      points: [...streets.map(pointOf), ...groups.map(lightPoint)],
      groups: [{ id: 'lights', name: allLights, points: groups.map((group) => lightPoint(group).id) }],
    },
    door: {
      listens: (topic) => tell !== undefined && known.has(topic),
      onListener: (listener) => void listeners.push(listener),
      send(topic, payload) {
        const actuator = known.get(topic);
        if (actuator === undefined || tell === undefined) return Promise.resolve('nobody');
        const told = parseJson(payload);
        const to = isObject(told) ? Number(told[actuator.member]) : Number.NaN;
        // As a real one does: what it does not understand it does not do.
        if (to >= 0 && to <= actuator.max) {
          const timer = setTimeout(() => {
            moving.delete(timer);
            say(actuator.arrive(to, clock.now()));
          }, actuator.travelMs(to));
          moving.add(timer);
        }
        return Promise.resolve('sent');
      },
    },
    async restore(broker) {
      for (const street of streets) {
        const stored = await broker.find(systemPrincipal, 0, valveId(street));
        const { value, observedAt } = stored?.entity.attrs[position]?.[0] ?? {};
        if (typeof value === 'number' && value < 100) stands(street, Date.parse(observedAt ?? '') || 0, value);
      }
    },
    start(told) {
      tell = told;
      for (const listener of listeners) listener();
      return async () => {
        tell = undefined;
        for (const timer of moving) clearTimeout(timer);
        await Promise.all(telling);
      };
    },
  };
}

const allLights = {
  tg: 'Ҳамаи чароғҳои кӯча',
  ru: 'Все уличные фонари',
  uz: 'Barcha koʻcha chiroqlari',
  kk: 'Барлық көше шамдары',
  en: 'All street lights',
};

const lightPoint = (group: string) => ({
  id: `light-${group}`,
  kind: 'light',
  entity: lightGroupId(group),
  attribute: 'illuminanceLevel',
  channel: { kind: 'mqtt', topic: lightTopic(group), payload: { id: '{id}', level: '{value}' } },
  range: { min: 0, max: 1, step: 0.1 },
  readBack: { tolerance: 0.05, within: 'PT20S' },
  expires: 'PT5M',
});

const pointOf = (street: string): unknown => ({
  id: `valve-${street}`,
  kind: 'valve',
  entity: valveId(street),
  attribute: 'position',
  channel: { kind: 'mqtt', topic: valveTopic(street), payload: { id: '{id}', position: '{value}' } },
  range: { min: 0, max: 100, step: 25 },
  unitCode: 'P1',
  readBack: { tolerance: 2, within: 'PT30S' },
  expires: 'PT5M',
  dangerous: true,
  note: {
    tg: '0 — баста, 100 — кушода. Пеш аз бастан бубинед, кӣ бе об мемонад; пас аз кушодан қубур оҳиста пур мешавад.',
    ru: '0 — закрыта, 100 — открыта. До закрытия посмотрите, кто останется без воды; после открытия водовод наполняется медленно.',
    uz: '0 — yopiq, 100 — ochiq. Yopishdan oldin kim suvsiz qolishini koʻring; ochilgandan keyin quvur sekin toʻladi.',
    kk: '0 — жабық, 100 — ашық. Жаппас бұрын кім сусыз қалатынын қараңыз; ашқаннан кейін құбыр баяу толады.',
    en: '0 is closed, 100 is open. Before closing see who will be without water; after opening the main fills slowly.',
  },
});
