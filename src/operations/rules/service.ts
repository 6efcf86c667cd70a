/** Rules and their versions: who changed what, when and why. Knows neither HTTP nor SQL. */
import type { Clock } from '../../base/clock.ts';
import { Problem } from '../../base/problem.ts';
import { oneAtATime } from '../../base/queue.ts';
import type { Broker } from '../../broker/index.ts';
import type { City } from '../../city/index.ts';
import { systemPrincipal, type Principal } from '../../http/index.ts';
import { defaultBounds, dryRun, type DryRun, type DryRunBounds } from './dryRun.ts';
import type { RuleText } from './parse.ts';
import type { Rule, RuleVersion } from './schema.ts';
import { versionRow, type RuleStore } from './store.ts';

/** A change of a rule, as somebody asks for it. */
export type RuleChange = {
  /** The version that was looked at; 0 for a new rule. */
  readonly version: number;
  readonly why: string;
};

export type Rules = {
  /** Reads what was set before; nothing is known until then. */
  load(): Promise<void>;
  /** By id. */
  list(): readonly Rule[];
  /** @throws Problem not-found */
  get(id: string): Rule;
  /** Newest first. @throws Problem not-found */
  versions(id: string): readonly RuleVersion[];
  /** Makes a rule, off, or changes one. @throws Problem bad-data, conflict (somebody else changed it), forbidden: see `enable` */
  set(who: Principal, rule: RuleText, change: RuleChange): Promise<Rule>;
  /**
   * Switches on or off. What has not been tried since it was changed is switched on with a reason only.
   * @throws Problem not-found, conflict, bad-data (why), forbidden: a rule is the whole city's, and not changed by those who are limited to areas
   */
  enable(who: Principal, id: string, enabled: boolean, change: RuleChange): Promise<Rule>;
  /** Tries the rule on the past, as far as `who` sees, and notes that it was tried where that is all. @throws Problem not-found, bad-data (from, to) */
  try(who: Principal, id: string, period: { from: number; to: number }): Promise<DryRun>;
  /** Called after each change. */
  onChange(listener: (rule: Rule) => void): void;
};

const whyMax = 300;
const rulesMax = 500;
const cause = { by: 'rules' };

/** A rule is the whole city's. @throws Problem forbidden */
export function demandWhole({ areas }: Pick<Principal, 'areas'>): void {
  if (areas) throw new Problem('forbidden', 'a rule is changed by those who are not limited to areas');
}

/**
 * @param standard rules that come with the program; each stands as version 1 until somebody changes it
 * @param bounds   of what a trial reads
 */
export function openRules(deps: {
  store: RuleStore;
  broker: Pick<Broker, 'amend' | 'query' | 'history' | 'aggregate'>;
  city: Pick<City, 'districts' | 'timeZone' | 'holidays'>;
  clock: Clock;
  standard: readonly Rule[];
  bounds?: DryRunBounds;
}): Rules {
  const { store, broker, city, clock, standard, bounds = defaultBounds } = deps;
  const known = new Map<string, RuleVersion[]>();
  const keep = (version: RuleVersion): void => {
    const list = known.get(version.rule.id);
    if (!list) known.set(version.rule.id, [version]);
    else if (list.at(-1)?.rule.version === version.rule.version) list[list.length - 1] = version;
    else list.push(version);
  };
  const listeners: ((rule: Rule) => void)[] = [];
  const inTurn = oneAtATime();

  const versionsOf = (id: string): RuleVersion[] => {
    const versions = known.get(id);
    if (!versions) throw new Problem('not-found', `there is no rule ${id}`, 'id');
    return versions;
  };
  const newest = (id: string): RuleVersion => versionsOf(id).at(-1) as RuleVersion;
  const write = async (version: RuleVersion): Promise<void> => {
    await broker.amend(systemPrincipal, 0, [], cause, () => ({
      entities: [],
      rows: [versionRow(version)],
    }));
    keep(version);
  };
  const change = async (who: Principal, rule: Rule, why: string, triedAt?: number): Promise<Rule> => {
    await write({
      rule,
      at: clock.now(),
      by: who.id,
      why,
      ...(triedAt !== undefined && { triedAt }),
    });
    for (const listener of listeners) listener(rule);
    return rule;
  };
  const demandVersion = (current: number, { version }: RuleChange): void => {
    if (version !== current)
      throw new Problem(
        'conflict',
        `the rule was changed meanwhile: version ${current} holds, ${version} was looked at`,
        'version',
      );
  };
  const demandWhy = ({ why }: RuleChange): string => {
    if (why.length > whyMax) throw new Problem('bad-data', `a reason has at most ${whyMax} characters`, 'why');
    return why.trim();
  };
  return {
    async load() {
      for (const rule of standard) keep({ rule, why: '' });
      for (const version of await store.versions()) keep(version);
    },
    list: () =>
      [...known.values()].flatMap((versions) => versions.at(-1)?.rule ?? []).toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    get: (id) => newest(id).rule,
    versions: (id) => versionsOf(id).toReversed(),
    onChange: (listener) => void listeners.push(listener),
    set: (who, text, asked) =>
      inTurn(async () => {
        demandWhole(who);
        const why = demandWhy(asked);
        const before = known.get(text.id)?.at(-1)?.rule;
        demandVersion(before?.version ?? 0, asked);
        if (!before && known.size >= rulesMax) throw new Problem('bad-data', `a city has at most ${rulesMax} rules`);
        text.selects.districts?.forEach((district, n) => {
          if (!city.districts.some(({ id }) => id === district))
            throw new Problem('bad-data', `the city has no district ${district}`, `selects.districts[${n}]`);
        });
        return change(who, { ...text, version: asked.version + 1, enabled: before?.enabled ?? false }, why);
      }),
    enable: (who, id, enabled, asked) =>
      inTurn(async () => {
        demandWhole(who);
        const why = demandWhy(asked);
        const { rule, triedAt } = newest(id);
        demandVersion(rule.version, asked);
        if (rule.enabled === enabled) return rule;
        if (enabled && triedAt === undefined && why === '')
          throw new Problem('bad-data', 'try it on the past first, or say why not', 'why');
        return change(who, { ...rule, version: rule.version + 1, enabled }, why, triedAt);
      }),
    async try(who, id, period) {
      const { rule } = newest(id);
      const result = await dryRun({ broker, city, clock }, who, rule, period, bounds);
      // Whoever is limited to areas has tried it there alone.
      if (who.areas) return result;
      await inTurn(async () => {
        const version = newest(id);
        if (version.rule.version === rule.version) await write({ ...version, triedAt: clock.now() });
      });
      return result;
    },
  };
}
