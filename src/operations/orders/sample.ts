/** The sample city has three orders from its first night on, made and worked by the same service as any other. */
import type { Broker } from '../../broker/index.ts';
import { idOfWords } from '../../base/ids.ts';
import { Problem } from '../../base/problem.ts';
import { systemPrincipal } from '../../http/index.ts';
import { alertPrefix, type Alarms } from '../alarms/index.ts';
import type { Act, AskedReading, Draft, Texts } from './schema.ts';
import type { Orders } from './service.ts';

const hourMs = 3_600_000;
/** An order waits so long for the alarm that it is made from. */
const alarmMs = 60_000;

type Sample = {
  readonly key: string;
  readonly asset: string;
  /** The rule whose alarm it is made from. */
  readonly rule?: string;
  readonly title: Texts;
  readonly draft: Draft;
  readonly dueHours: number;
  readonly acts: readonly (Act | AskedReading)[];
};

const samples: readonly Sample[] = [
  {
    key: 'leak',
    asset: 'urn:ngsi-ld:DistrictMeteredArea:namuna-wm-02',
    rule: 'leak-night-flow',
    title: {
      tg: 'Ҷои нашти обро ёбед',
      ru: 'Найти утечку',
      uz: 'Suv sizayotgan joyni toping',
      kk: 'Су ағып жатқан жерді табыңыз',
      en: 'Find the leak',
    },
    draft: { crew: 'Namuna Water 2', priority: 2 },
    dueHours: 6,
    acts: [{ step: 'accept' }, { step: 'start' }, { step: 'check', item: 'safe', done: true }],
  },
  {
    key: 'lights',
    asset: 'urn:ngsi-ld:StreetlightGroup:namuna-potters-1',
    title: {
      tg: 'Чароғҳои хомӯшро санҷед',
      ru: 'Проверить погасшие светильники',
      uz: 'Oʻchgan chiroqlarni tekshiring',
      kk: 'Сөнген шамдарды тексеріңіз',
      en: 'See why the lamps are dark',
    },
    draft: { priority: 3 },
    dueHours: 20,
    acts: [],
  },
  {
    key: 'heat',
    asset: 'urn:ngsi-ld:HeatSubstation:namuna-hs-01',
    title: {
      tg: 'Нуқтаи гармиро тоза кунед',
      ru: 'Промыть фильтр теплопункта',
      uz: 'Issiqlik punkti filtrini tozalang',
      kk: 'Жылу пунктінің сүзгісін тазалаңыз',
      en: 'Clean the strainer of the heat substation',
    },
    draft: { crew: 'Namuna Heat 1', priority: 4 },
    dueHours: 48,
    acts: [
      { step: 'accept' },
      { step: 'start' },
      ...['enter', 'temperatures', 'strainer', 'pump', 'control', 'leaks'].map(
        (item) => ({ step: 'check', item, done: true }) as const,
      ),
      { step: 'time', minutes: 45 },
      { step: 'reading', attribute: 'returnTemperature' },
      { step: 'finish' },
    ],
  },
];

/**
 * Makes those that are not there yet, as soon as what they are about is there. Stopped in between, it goes on.
 * @param beganAt ms, when the city was started
 * @returns whether all are there
 */
export async function keepSampleOrders(deps: {
  orders: Orders;
  alarms: Pick<Alarms, 'list'>;
  broker: Broker;
  beganAt: number;
  now: number;
}): Promise<boolean> {
  const { orders, alarms, broker, beganAt, now } = deps;
  let whole = true;
  for (const { key, asset, rule, title, draft, dueHours, acts } of samples) {
    const id = idOfWords('work order', systemPrincipal.id, `sample ${key}`);
    if (!(await orders.has(id))) {
      const alarm = rule === undefined ? undefined : await alarmOf(alarms, rule, asset);
      const waits = rule !== undefined && alarm === undefined && now - beganAt < alarmMs;
      if (waits || !(await broker.find(systemPrincipal, 0, asset))) {
        whole = false;
        continue;
      }
      const dueAt = now + dueHours * hourMs;
      const made = { ...draft, title, asset, dueAt, ...(alarm !== undefined && { alarm }) };
      await orders.make(systemPrincipal, made, `sample ${key}`);
    }
    await workOn(orders, id, key, acts);
  }
  return whole;
}

/** What was done already is not done again; where somebody else has gone on since, it is theirs. */
async function workOn(orders: Orders, id: string, key: string, acts: Sample['acts']): Promise<void> {
  try {
    for (const [n, act] of acts.entries()) await orders.act(systemPrincipal, id, act, { act: `sample-${key}-${n}` });
  } catch (error) {
    if (!(error instanceof Problem) || error.kind !== 'conflict') throw error;
  }
}

async function alarmOf({ list }: Pick<Alarms, 'list'>, rule: string, subject: string): Promise<string | undefined> {
  const { alarms } = await list(systemPrincipal, { show: 'open', cause: rule }, { limit: 100, offset: 0 });
  const found = alarms.find((alarm) => alarm.subject === subject);
  return found && alertPrefix + found.id;
}
