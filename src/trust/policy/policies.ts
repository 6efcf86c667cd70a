/** The city's policy: asks Cedar once for each thing that policies can tell apart, and remembers the answer. */
import { actions, type Action, type Principal, type Resource } from '../../http/principal.ts';
import { roles as knownRoles } from '../schema.ts';
import { openCedar, type CedarAnswer, type CedarRequest, type EntityJson } from './cedar.ts';
import { demandApart } from './duties.ts';
import type { Filter, Policy } from './port.ts';
import { groupsOf, resources, type ResourceClass, type Resources } from './resources.ts';
import { readRules, type Rule, type Rules } from './rules.ts';
import { sightOf, type Shown } from './sight.ts';
import { isFilter, isTopic } from './topics.ts';
import type { Place } from './where.ts';

/** Whom a policy can mean: it knows no single one. */
export type Asker = Pick<
  Principal,
  'kind' | 'roles' | 'department' | 'areas' | 'tenants' | 'sources' | 'topics' | 'scope'
>;

/** `partly`: some of what was asked for; rows that a permit is narrowed to, or some of all resources. */
export type Explanation = {
  readonly decision: 'yes' | 'partly' | 'no';
  /** What decided: the permits of a yes, the forbids of a no; none: nothing permits it. */
  readonly rules: readonly Rule[];
};

export type Policies = Policy &
  Rules & {
    /** Whether and why. Without a resource: of all that there can be. */
    explain(who: Asker, action: Action, resource?: Resource): Explanation;
  };

/**
 * Opens the policies that come with the program and those of a city (`*.cedar`, `groups.json`).
 * @param directory the city's own; need not be there
 * @throws Problem bad-data that lists every fault: `file:line: reason`
 */
export async function openPolicies({ directory }: { directory?: string } = {}): Promise<Policies> {
  const cedar = await openCedar();
  const rules = await readRules(cedar, directory);
  const ask = cedar.load(rules.version, Object.fromEntries(rules.rules.map(({ id, text }) => [id, text])));
  const opened = policies(rules, ask);
  demandApart(opened);
  return opened;
}

/** Kinds times sets of roles times departments and areas; a city has some dozens. What does not fit is asked again. */
const rightsMax = 2_000;

function policies(rules: Rules, ask: (request: CedarRequest) => CedarAnswer): Policies {
  const known = resources(rules.rules, rules.groups);
  const byId = new Map(rules.rules.map((rule) => [rule.id, rule]));
  const kept = new Map<string, Rights>();
  const share = sharing();
  const rightsOfClass = (kind: Principal['kind'], given: readonly string[], place: Place = {}): Rights => {
    const roles = given.filter(isRole);
    const key = `${kind}\n${roles.join(',')}\n${place.department ?? ''}\n${place.areas?.join(',') ?? '*'}`;
    const found = kept.get(key);
    if (found) return found;
    if (kept.size >= rightsMax) kept.clear();
    const made = rights(rules, byId, known, ask, share, principalEntity(kind, roles, place.department), place);
    kept.set(key, made);
    return made;
  };
  /** Of a principal: as what it is, and for what its key is not scoped to, as nobody in particular. */
  const met = new WeakMap<Asker, { readonly full: Rights; readonly bare: Rights }>();
  const rightsOf = (who: Asker, action: Action): Rights => {
    let both = met.get(who);
    if (!both) {
      const { kind, roles } = who;
      const full = rightsOfClass(kind, roles, who);
      both = { full, bare: who.scope ? rightsOfClass('anonymous', []) : full };
      met.set(who, both);
    }
    return who.scope && !who.scope.includes(action) ? both.bare : both.full;
  };
  return {
    ...rules,
    permits(who, action, resource) {
      const its = rightsOf(who, action);
      if (resource === undefined) return its.any(action, owns(who, rules.resourcesOf.get(action)));
      if (!isAskable(action, resource)) return false;
      return its.decide(action, known.classOf(who, resource)).allowed;
    },
    filter: (who) => rightsOf(who, 'readEntities').filter(),
    hidden: (who) => rightsOf(who, 'seeAttribute').hidden(),
    explain(who, action, resource) {
      const its = rightsOf(who, action);
      if (resource && !isAskable(action, resource)) return { decision: 'no', rules: [] };
      const classes = resource
        ? [known.classOf(who, resource)]
        : its.possible(action, owns(who, rules.resourcesOf.get(action)));
      return explained(
        classes.map((one) => its.decide(action, one)),
        who,
      );
    },
  };
}

/** What is no topic and no filter can be neither published to nor subscribed to. */
const isAskable = (action: Action, { type, id }: Resource): boolean =>
  type !== 'Topic' || (action === 'publishTopic' ? isTopic(id) : isFilter(id));

/** Whether somebody was given some of these: tenants, sources, topics, areas. */
function owns({ tenants, sources, topics, areas }: Asker, types: readonly string[] = []): boolean {
  if (types.includes('Area')) return areas?.length !== 0;
  const given = { Tenant: tenants, Source: sources, Topic: topics };
  return types.some((type) => (given[type as keyof typeof given]?.length ?? 0) > 0);
}

type Decided = { readonly allowed: boolean; readonly rules: readonly Rule[] };

/** What one kind of principal, with its roles and department, may do. */
type Rights = {
  decide(action: Action, resource: ResourceClass): Decided;
  /** Whether there is anything that it may do this to. `owner`: it was given some of what the action is done to. */
  any(action: Action, owner: boolean): boolean;
  possible(action: Action, owner: boolean): readonly ResourceClass[];
  filter(): Filter;
  hidden(): ReadonlySet<string> | undefined;
};

function rights(
  { resourcesOf }: Rules,
  byId: ReadonlyMap<string, Rule>,
  known: Resources,
  ask: (request: CedarRequest) => CedarAnswer,
  share: Sharing,
  principal: EntityJson,
  place: Place,
): Rights {
  const decided = new Map(actions.map((action) => [action, new Map<ResourceClass, Decided>()]));
  const decide = (action: Action, resource: ResourceClass): Decided => {
    const answers = decided.get(action);
    const before = answers?.get(resource);
    if (before) return before;
    const { allowed, policies } = ask({
      principal,
      action,
      resource: resourceEntity(resource),
      context: resource.context,
    });
    const found = { allowed, rules: policies.flatMap((id) => byId.get(id) ?? []) };
    answers?.set(resource, found);
    return found;
  };
  const possible = (action: Action, owner: boolean): readonly ResourceClass[] =>
    known.all(resourcesOf.get(action) ?? []).filter(({ facts }) => owner || facts['own'] !== true);
  const anyOf = { owner: new Map<Action, boolean>(), other: new Map<Action, boolean>() };
  const any = (action: Action, owner: boolean): boolean => {
    const answers = owner ? anyOf.owner : anyOf.other;
    let answer = answers.get(action);
    if (answer === undefined) {
      answer = possible(action, owner).some((one) => decide(action, one).allowed);
      answers.set(action, answer);
    }
    return answer;
  };
  const shown = (resource: ResourceClass): Shown => {
    const { allowed, rules } = decide('readEntities', resource);
    if (!allowed) return 'none';
    if (rules.some(({ where }) => where === undefined)) return 'all';
    const rows = rules.flatMap(({ where }) => where?.for(place) ?? []);
    if (rows.includes('all')) return 'all';
    return rows.length === 0 ? 'none' : rows.filter((row) => row !== 'all');
  };
  const seen = (attribute: ResourceClass): boolean => decide('seeAttribute', attribute).allowed;
  let filter: Filter | undefined;
  let hidden: { readonly names: ReadonlySet<string> | undefined } | undefined;
  return {
    decide,
    any,
    possible,
    filter() {
      // Attributes that nobody names cannot be left out one by one: whoever may not see them sees no entity.
      return (filter ??= share.filter(
        seen(known.other('Attribute'))
          ? sightOf(known.named('EntityType'), shown, shown(known.other('EntityType')))
          : 'nothing',
      ));
    },
    hidden() {
      hidden ??= {
        names: share.hidden([...known.named('Attribute')].flatMap(([one, iris]) => (seen(one) ? [] : iris))),
      };
      return hidden.names;
    },
  };
}

type Sharing = {
  filter(filter: Filter): Filter;
  hidden(names: readonly string[]): ReadonlySet<string> | undefined;
};

/** Those who are shown the same are given the same object: what is made for one of them (pages, tiles) is there for all. */
function sharing(): Sharing {
  const filters = new Map<string, Filter>();
  const sets = new Map<string, ReadonlySet<string>>();
  const shared = <T>(known: Map<string, T>, name: string, made: T): T => {
    const found = known.get(name);
    if (found !== undefined) return found;
    if (known.size >= rightsMax) known.clear();
    known.set(name, made);
    return made;
  };
  return {
    filter: (filter) => shared(filters, JSON.stringify(filter), filter),
    hidden: (names) => (names.length === 0 ? undefined : shared(sets, names.join('\n'), new Set(names))),
  };
}

function explained(answers: readonly Decided[], place: Place): Explanation {
  const allowed = answers.filter((answer) => answer.allowed);
  const decisive = allowed.length > 0 ? allowed : answers;
  const rules = [...new Set(decisive.flatMap((answer) => answer.rules))];
  if (allowed.length === 0) return { decision: 'no', rules };
  const isWhole = ({ where }: Rule): boolean => !where || where.for(place) === 'all';
  const whole = allowed.length === answers.length && allowed.every((one) => one.rules.some(isWhole));
  return { decision: whole ? 'yes' : 'partly', rules };
}

const kindNames = { anonymous: 'Anonymous', person: 'Person', service: 'Service', device: 'Device', system: 'System' };
const isRole = (name: string): boolean => (knownRoles as readonly string[]).includes(name);

function principalEntity(
  kind: Principal['kind'],
  roles: readonly string[],
  department: string | undefined,
): EntityJson {
  const holds = kind === 'person' || kind === 'service';
  return {
    uid: { type: kindNames[kind], id: kind },
    attrs: holds && department !== undefined ? { department } : {},
    parents: holds ? roles.map((id) => ({ type: 'Role', id })) : [],
  };
}

const resourceEntity = (resource: ResourceClass): EntityJson => ({
  uid: { type: resource.type, id: resource.id },
  attrs: { ...resource.facts },
  parents: [...groupsOf(resource)],
});
