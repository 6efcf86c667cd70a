/** "Who can see this, and why": one question put to the policies for everybody whom they can mean. */
import { actions, type Action, type Principal, type Resource } from '../../http/principal.ts';
import { roles, type Role } from '../schema.ts';
import { irisOf } from './groups.ts';
import type { Asker, Explanation, Policies } from './policies.ts';

/** Somebody as policies know him. */
export type Whom = { readonly kind: Principal['kind']; readonly role?: Role };

export type Answer = { readonly whom: Whom } & Explanation;

export const isAction = (word: string): word is Action => (actions as readonly string[]).includes(word);

/**
 * What a reader means by a word, for an action: a short name or IRI of a type or attribute, a topic, the id of a source, ...
 * Undefined: anything at all; so for actions that are done to nothing in particular.
 * @throws Problem bad-data when no vocabulary can name it
 */
export function resourceOf({ resourcesOf }: Policies, action: Action, word: string): Resource | undefined {
  const [type = 'City'] = resourcesOf.get(action) ?? [];
  if (word === '' || type === 'City') return undefined;
  const id = type === 'EntityType' || type === 'Attribute' ? (irisOf(word)[0] ?? word) : word;
  return { type: type as Resource['type'], id };
}

const somebody: readonly Whom[] = [
  { kind: 'anonymous' },
  { kind: 'person' },
  ...roles.map((role) => ({ kind: 'person', role }) as const),
  { kind: 'service' },
  ...roles.map((role) => ({ kind: 'service', role }) as const),
  { kind: 'device' },
  { kind: 'system' },
];

/** Asks for everybody. Between two of them others have their turn: what was never asked before takes some milliseconds. */
export async function answersTo(policies: Policies, action: Action, resource?: Resource): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  for (const whom of somebody) {
    await new Promise((resolve) => setImmediate(resolve));
    answers.push({ whom, ...explain(policies, whom, action, resource) });
  }
  return answers;
}

/**
 * A line of what readers are told. `only`: a program in this role is told something else than this person. `all`: a person
 * in whatever role is told the same.
 */
export type Line = Answer & { readonly only?: true; readonly all?: true };

/**
 * Without what is said already: a person in a role where all persons are told the same, a program in a role that is told the
 * same as a person in it, or the same as a program without one.
 */
export function inShort(answers: readonly Answer[]): readonly Line[] {
  const told = (kind: Principal['kind'], role?: Role): Answer | undefined =>
    answers.find(({ whom }) => whom.kind === kind && whom.role === role);
  const persons = answers.filter(({ whom }) => whom.kind === 'person');
  const all = persons.every((one) => persons[0] && isSame(one, persons[0]));
  return answers.flatMap((answer): Line[] => {
    const { kind, role } = answer.whom;
    if (all && kind === 'person') return role ? [] : [{ ...answer, all }];
    const [person, program, bare] = [told('person', role), told('service', role), told('service')];
    if (!role || !person || !program || !bare) return [answer];
    if (kind === 'person') return [isSame(person, program) ? answer : { ...answer, only: true }];
    return (!all && isSame(person, program)) || isSame(bare, program) ? [] : [answer];
  });
}

/** A tenant, source or topic may be among those that somebody was given, or not: then both are asked. */
function explain(policies: Policies, { kind, role }: Whom, action: Action, resource?: Resource): Explanation {
  const bare: Asker = { kind, roles: role ? [role] : [] };
  const id = resource?.id ?? 'any';
  const prefix = id.split('/commands')[0] ?? id;
  const given: Asker = {
    ...bare,
    ...(kind !== 'anonymous' && { tenants: [id] }),
    ...((kind === 'device' || kind === 'service') && { sources: [id], topics: [prefix] }),
  };
  const [without, withIt] = [bare, given].map((one) => policies.explain(one, action, resource));
  if (!without || !withIt || withIt.decision === 'no' || isSame(without, withIt))
    return withIt ?? { decision: 'no', rules: [] };
  return { ...withIt, decision: without.decision === 'yes' ? 'yes' : 'partly' };
}

const isSame = (one: Explanation, other: Explanation): boolean =>
  one.decision === other.decision &&
  one.rules.length === other.rules.length &&
  one.rules.every((rule, at) => rule === other.rules[at]);
