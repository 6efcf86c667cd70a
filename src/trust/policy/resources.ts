/**
 * What policies can tell apart of all that can be acted on. Two types of entities that stand in the same groups, and that no
 * policy names, are one to every policy: Cedar is asked about one of them, and there are few such answers however many names
 * clients invent.
 */
import type { Principal, Resource } from '../../http/principal.ts';
import { irisOf, type Group } from './groups.ts';
import type { Rule } from './rules.ts';
import { covers, topicFacts, type TopicFacts } from './topics.ts';

export type ResourceClass = {
  readonly type: string;
  /** Of the one that is named; else one that no policy knows. */
  readonly id: string;
  readonly groups: readonly string[];
  readonly facts: Readonly<Record<string, boolean>>;
  /** For actions that ask for it. */
  readonly context: Readonly<Record<string, boolean>>;
};

export type Resources = {
  /** The class of a resource, one object for each class. */
  classOf(
    who: Pick<Principal, 'tenants' | 'sources' | 'topics' | 'areas'>,
    resource: Resource | undefined,
  ): ResourceClass;
  /** Every class that there can be of these types of resources. */
  all(types: readonly string[]): readonly ResourceClass[];
  /** Types of entities, or attributes (IRIs), that groups or policies name, by class. */
  named(type: 'EntityType' | 'Attribute'): ReadonlyMap<ResourceClass, readonly string[]>;
  /** Those that nobody names. */
  other(type: 'EntityType' | 'Attribute'): ResourceClass;
};

const city: ResourceClass = { type: 'City', id: 'city', groups: [], facts: {}, context: {} };
/** No policy can name it. */
const nameless = '';
const groupType = { EntityType: 'TypeGroup', Attribute: 'AttributeGroup', Topic: 'TopicGroup' } as const;

export function resources(rules: readonly Rule[], groups: readonly Group[]): Resources {
  const named = new Map<string, Set<string>>();
  for (const { type, id } of rules.flatMap(({ names }) => names))
    named.set(type, (named.get(type) ?? new Set()).add(id));
  const isNamed = (type: string, id: string): boolean => named.get(type)?.has(id) === true;

  const interned = new Map<string, ResourceClass>();
  const intern = (
    type: string,
    id: string,
    inGroups: readonly string[],
    facts: ResourceClass['facts'] = {},
    context: ResourceClass['context'] = {},
  ): ResourceClass => {
    const flags = Object.values({ ...facts, ...context })
      .map(Number)
      .join('');
    const key = `${type}\n${id}\n${inGroups.join(',')}\n${flags}`;
    let known = interned.get(key);
    if (!known) interned.set(key, (known = { type, id, groups: inGroups, facts, context }));
    return known;
  };

  /** By IRI: the groups of all that groups or policies name. */
  const membersOf = (kind: Group['kind'], type: string): ReadonlyMap<string, readonly string[]> => {
    const members = new Map<string, string[]>([...(named.get(type) ?? [])].map((id) => [id, []]));
    for (const { name, of } of groups.filter((group) => group.kind === kind))
      for (const iri of of.flatMap(irisOf))
        members.set(iri, [...new Set([...(members.get(iri) ?? []), name])].toSorted());
    return members;
  };
  const cityTenant = [{ cityTenant: true }, { cityTenant: false }] as const;
  const typeMembers = membersOf('types', 'EntityType');
  const attributeMembers = membersOf('attributes', 'Attribute');
  const classesOf = (type: 'EntityType' | 'Attribute', context: ResourceClass['context'] = {}) => {
    const members = type === 'EntityType' ? typeMembers : attributeMembers;
    const of = new Map(
      [...members].map(([iri, inGroups]) => [
        iri,
        intern(type, isNamed(type, iri) ? iri : nameless, inGroups, {}, context),
      ]),
    );
    return { of, other: intern(type, nameless, [], {}, context) };
  };
  const types = { here: classesOf('EntityType', cityTenant[0]), elsewhere: classesOf('EntityType', cityTenant[1]) };
  const attributes = classesOf('Attribute');

  const topicGroups = groups.filter(({ kind }) => kind === 'topics');
  const topicClass = (facts: TopicFacts, id: string, inGroups: readonly string[]): ResourceClass =>
    intern('Topic', isNamed('Topic', id) ? id : nameless, inGroups, facts);
  /** Topics in no group, and what somebody was given or not: nearly all that is asked for, and for each message. */
  const plainTopics = Array.from({ length: 8 }, (_, bits) =>
    topicClass({ own: (bits & 1) > 0, command: (bits & 2) > 0, reserved: (bits & 4) > 0 }, nameless, []),
  );
  const plainTopic = ({ own, command, reserved }: TopicFacts): ResourceClass | undefined =>
    plainTopics[Number(own) + 2 * Number(command) + 4 * Number(reserved)];
  const given = (type: 'Tenant' | 'Source' | 'Area') => {
    const plain = { own: intern(type, nameless, [], { own: true }), other: intern(type, nameless, [], { own: false }) };
    return (id: string, own: boolean): ResourceClass =>
      isNamed(type, id) ? intern(type, id, [], { own }) : own ? plain.own : plain.other;
  };
  const ownable = { Tenant: given('Tenant'), Source: given('Source'), Area: given('Area') };

  const truths = [true, false] as const;
  const topicClasses = (): readonly ResourceClass[] => {
    const sets = [[], ...topicGroups.map(({ name }) => [name])];
    return [nameless, ...(named.get('Topic') ?? [])].flatMap((id) =>
      sets.flatMap((inGroups) =>
        truths.flatMap((own) =>
          (own ? truths : [false]).flatMap((command) =>
            truths.map((reserved) => topicClass({ own, command, reserved }, id, inGroups)),
          ),
        ),
      ),
    );
  };
  const allOf = (type: string): readonly ResourceClass[] => {
    const ids = [nameless, ...(named.get(type) ?? [])];
    switch (type) {
      case 'City':
        return [city];
      case 'EntityType':
        return [types.here, types.elsewhere].flatMap(({ of, other }) => [other, ...new Set(of.values())]);
      case 'Attribute':
        return [attributes.other, ...new Set(attributes.of.values())];
      case 'Topic':
        return topicClasses();
      case 'Tenant':
      case 'Source':
      case 'Area':
        return ids.flatMap((id) => truths.map((own) => ownable[type](id, own)));
      default:
        return ids.map((id) => intern(type, id, []));
    }
  };

  return {
    classOf(who, resource) {
      if (resource === undefined) return city;
      const { type, id } = resource;
      switch (type) {
        case 'EntityType': {
          const { of, other } = resource.elsewhere === true ? types.elsewhere : types.here;
          return of.get(id) ?? other;
        }
        case 'Attribute':
          return attributes.of.get(id) ?? attributes.other;
        case 'Topic': {
          const facts = topicFacts(who.topics ?? [], id);
          const its = topicGroups.filter(({ of }) => of.some((filter) => covers(filter, id))).map(({ name }) => name);
          const plain = its.length === 0 && !isNamed('Topic', id) ? plainTopic(facts) : undefined;
          return plain ?? topicClass(facts, id, its.toSorted());
        }
        case 'Tenant':
          return ownable.Tenant(id, who.tenants === 'all' || who.tenants?.includes(id) === true);
        case 'Source':
          return ownable.Source(id, who.sources?.includes(id) === true);
        case 'Area':
          return ownable.Area(id, who.areas === undefined || who.areas.includes(id));
        default:
          return intern(type, isNamed(type, id) ? id : nameless, []);
      }
    },
    all: (wanted) => wanted.flatMap(allOf),
    named(type) {
      const byClass = new Map<ResourceClass, string[]>();
      for (const [iri, found] of (type === 'EntityType' ? types.here : attributes).of) {
        const known = byClass.get(found);
        if (known) known.push(iri);
        else byClass.set(found, [iri]);
      }
      return byClass;
    },
    other: (type) => (type === 'EntityType' ? types.here : attributes).other,
  };
}

/** The groups of a class, as Cedar's entities. */
export const groupsOf = ({ type, groups }: ResourceClass): readonly { type: string; id: string }[] =>
  type in groupType ? groups.map((id) => ({ type: groupType[type as keyof typeof groupType], id })) : [];
