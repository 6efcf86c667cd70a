/** `groups.json`: types, attributes and topics under the names that policies call them by. */
import { isObject, parseJson } from '../../base/json.ts';
import { Problem } from '../../base/problem.ts';
import { compileContext, isUri, modelDocument, type Context } from '../../ngsild/index.ts';
import { lineAt } from './texts.ts';
import { isFilter } from './topics.ts';

export const groupKinds = ['types', 'attributes', 'topics'] as const;
export type GroupKind = (typeof groupKinds)[number];

export type Group = {
  readonly kind: GroupKind;
  readonly name: string;
  readonly about: string;
  /** As they stand in the file: short names and IRIs; filters of topics. */
  readonly of: readonly string[];
};

/** Every vocabulary that comes with the program. */
const vocabularies: readonly Context[] = [
  undefined,
  'https://smart-data-models.github.io/dataModel.Device/context.jsonld',
  'https://smart-data-models.github.io/dataModel.IssueTracking/context.jsonld',
  'https://smart-data-models.github.io/dataModel.KeyPerformanceIndicator/context.jsonld',
  'https://fiware.github.io/data-models/context.jsonld',
].map((url) => compileContext(url, modelDocument));

/**
 * All that a name may stand for: `serialNumber` is one word in the core vocabulary, in Smart Data Models and in the models of
 * FIWARE, and whoever hides it means all three. An IRI stands for itself.
 */
export function irisOf(name: string): readonly string[] {
  if (name.includes(':')) return [name];
  return [...new Set(vocabularies.map((vocabulary) => vocabulary.expand(name)))];
}

export type GroupFault = { readonly message: string; readonly line: number };

/** Reads the groups of a file; whatever is wrong with them is told. */
export function parseGroups(text: string): {
  readonly groups: readonly Group[];
  readonly faults: readonly GroupFault[];
} {
  const groups: Group[] = [];
  const faults: GroupFault[] = [];
  const fault = (message: string, near: unknown): void => {
    const at = text.indexOf(JSON.stringify(near));
    faults.push({ message, line: at < 0 ? 1 : lineAt(text, at) });
  };
  const content = parsed(text, faults);
  for (const [kind, named] of Object.entries(content)) {
    const known = groupKinds.find((one) => one === kind);
    if (!known || !isObject(named)) {
      fault(`${kind}: wanted types, attributes or topics, each an object of groups`, kind);
      continue;
    }
    for (const [name, group] of Object.entries(named)) {
      const { about, of, ...rest } = isObject(group) ? group : {};
      if (typeof about !== 'string' || !Array.isArray(of) || Object.keys(rest).length > 0) {
        fault(`${kind}.${name}: wanted { "about": "...", "of": [...] }`, name);
        continue;
      }
      for (const one of of) if (!isMember(known, one)) fault(`${kind}.${name}: ${memberWanted[known]}`, one);
      groups.push({ kind: known, name, about, of: of.filter((one) => typeof one === 'string') });
    }
  }
  return { groups, faults };
}

function parsed(text: string, faults: GroupFault[]): Readonly<Record<string, unknown>> {
  try {
    const content = parseJson(Buffer.from(text));
    if (isObject(content)) return content;
    faults.push({ message: 'wanted an object of types, attributes and topics', line: 1 });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const place = Number(/\d+/.exec(error.field ?? '')?.[0] ?? 0);
    faults.push({ message: error.message, line: lineAt(text, place) });
  }
  return {};
}

const memberWanted: Record<GroupKind, string> = {
  types: 'wanted a short name or an IRI',
  attributes: 'wanted a short name or an IRI',
  topics: 'wanted a filter of MQTT topics',
};

const shortName = /^\p{L}[\p{L}\p{N}_]*$/u;
function isMember(kind: GroupKind, name: unknown): boolean {
  if (typeof name !== 'string') return false;
  return kind === 'topics' ? isFilter(name) : shortName.test(name) || (name.includes(':') && isUri(name));
}

/** Groups of the same name in several files are one. */
export function joinGroups(groups: readonly Group[]): readonly Group[] {
  const joined = new Map<string, Group>();
  for (const group of groups) {
    const known = joined.get(`${group.kind} ${group.name}`);
    joined.set(`${group.kind} ${group.name}`, known ? { ...known, of: [...known.of, ...group.of] } : group);
  }
  return [...joined.values()];
}
