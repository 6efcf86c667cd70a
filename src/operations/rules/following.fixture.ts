/** Rules that follow a city of a test: what they find live is kept beside what a trial says of the same readings. */
import { fixedClock } from '../../base/clock.ts';
import { silentLog } from '../../base/log.ts';
import { createMetrics } from '../../base/metrics.ts';
import type { Broker, Reading } from '../../broker/index.ts';
import type { City } from '../../city/index.ts';
import { systemPrincipal } from '../../http/principal.ts';
import { coreContext } from '../../ngsild/index.ts';
import type { Rows } from '../../store/ports.ts';
import { openAlarms, type Finding } from '../alarms/index.ts';
import { dryRun, type DryRun } from './dryRun.ts';
import { ruleFollower, type RuleFollower } from './follow.ts';
import type { RuleText } from './parse.ts';
import { openRules, type Rules } from './service.ts';
import { ruleStore } from './store.ts';

export type Told = { readonly id: string; readonly at: number; readonly value: number; readonly attribute?: string };

/** What of a test's city is used. */
type TestCity = {
  readonly broker: Broker;
  readonly city: City;
  readonly store: { readonly rows: Rows };
  lastSeq(): number;
};

export type Following = {
  readonly clock: ReturnType<typeof fixedClock>;
  readonly rules: Rules;
  readonly follower: RuleFollower;
  readonly found: Finding[];
  enable(rule: RuleText): Promise<void>;
  disable(id: string): Promise<void>;
  /** Records in this order. */
  send(type: string, values: readonly Told[]): Promise<void>;
  /** Resolves when the rules have read what was recorded, and time has come, to `now` if it is given. */
  read(now?: number): Promise<void>;
  /** Both. */
  record(type: string, attribute: string, values: readonly Told[]): Promise<void>;
  /** `ENTITY AT raise|clear` of what was found live. */
  live(rule: string): readonly string[];
  try(rule: RuleText, from: number, to: number): Promise<DryRun>;
  stop(): Promise<void>;
};

export const engineer = { ...systemPrincipal, id: 'ENGINEER' };
const iri = (name: string): string => coreContext.expand(name);
const atOnce = 500;

export async function openFollowing(city: TestCity): Promise<Following> {
  const clock = fixedClock(Date.parse('2026-01-01T00:00:00Z'));
  const store = ruleStore(city.store.rows);
  const shared = { broker: city.broker, city: city.city, store, clock };
  const rules = openRules({ ...shared, standard: [] });
  await rules.load();
  const alarms = openAlarms({
    ...shared,
    rows: city.store.rows,
    log: silentLog,
    nameOf: (id) => id,
    permits: () => true,
  });
  const found: Finding[] = [];
  let last: readonly Finding[] = [];
  const follower = ruleFollower({
    ...shared,
    rules,
    alarms: {
      ids: (findings) => alarms.ids(findings),
      decide(findings, looked, at) {
        // A decision that is made again is one.
        if (findings !== last) found.push(...findings);
        last = findings;
        return alarms.decide(findings, looked, at);
      },
    },
    log: silentLog,
    metrics: createMetrics(),
  });
  await follower.start();
  const send = async (type: string, values: readonly Told[]): Promise<void> => {
    const readings = values.map(({ id, at, value, attribute = 'value' }): Reading => ({
      id: `urn:ngsi-ld:${type}:${id}`,
      type: [iri(type)],
      attrs: { [iri(attribute)]: [{ type: 'Property', value, observedAt: new Date(at).toISOString() }] },
    }));
    for (let n = 0; n < readings.length; n += atOnce)
      await city.broker.record(systemPrincipal, 0, readings.slice(n, n + atOnce), { by: 'test' });
  };
  const read = async (now?: number): Promise<void> => {
    // While no rule is on, nothing is followed.
    if (!rules.list().some((rule) => rule.enabled)) return;
    await follower.caughtUp(city.lastSeq());
    if (now !== undefined) clock.set(now);
    await follower.tick();
  };
  return {
    clock,
    rules,
    follower,
    found,
    async enable(rule) {
      const before = rules.list().find(({ id }) => id === rule.id)?.version ?? 0;
      await rules.set(engineer, rule, { version: before, why: '' });
      await rules.enable(engineer, rule.id, true, { version: before + 1, why: 'test' });
      // The rule is on when the follower has had its turn.
      await follower.tick();
    },
    async disable(id) {
      await rules.enable(engineer, id, false, { version: rules.get(id).version, why: '' });
      await follower.tick();
    },
    send,
    read,
    async record(type, attribute, values) {
      await send(
        type,
        values.map((told) => ({ attribute, ...told })),
      );
      await read();
    },
    live: (rule) =>
      found
        .filter((one) => one.rule === rule)
        .map(({ kind, entity, at }) => `${entity} ${at} ${kind}`)
        .toSorted(byText),
    try: (rule, from, to) => dryRun(shared, engineer, rule, { from, to }),
    stop: () => follower.stop(),
  };
}

/** What a trial found, as `live` has it. */
export const triedOf = ({ episodes }: Pick<DryRun, 'episodes'>): readonly string[] =>
  episodes
    .flatMap(({ entity, at, clearedAt }) => [
      `${entity} ${at} raise`,
      ...(clearedAt === undefined ? [] : [`${entity} ${clearedAt} clear`]),
    ])
    .toSorted(byText);

const byText = (a: string, b: string): number => (a < b ? -1 : 1);
