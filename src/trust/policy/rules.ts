/** Policies as files: read, checked, all faults told at once. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Problem } from '../../base/problem.ts';
import { actions, type Action } from '../../http/principal.ts';
import { isUri } from '../../ngsild/index.ts';
import type { Cedar, CedarFault, PolicyJson } from './cedar.ts';
import { joinGroups, parseGroups, type Group } from './groups.ts';
import { cutPolicies, lineAt, type PolicyText } from './texts.ts';
import { parseWhere, type Where } from './where.ts';

/** A file as an auditor is shown it. */
export type PolicyFile = {
  readonly name: string;
  /** Comes with the program; others are the city's own. */
  readonly shipped: boolean;
  readonly text: string;
  /** SHA-256, hexadecimal. */
  readonly hash: string;
};

/** One policy. */
export type Rule = PolicyText & {
  /** Its `@id`, or its place. */
  readonly id: string;
  readonly file: string;
  readonly effect: 'permit' | 'forbid';
  /** Rows that a permit to read is narrowed to. */
  readonly where?: Where;
  /** What it names of types, attributes, sources, ... by their own ids. */
  readonly names: readonly { readonly type: string; readonly id: string }[];
};

export type Rules = {
  readonly files: readonly PolicyFile[];
  readonly schema: string;
  readonly groups: readonly Group[];
  readonly rules: readonly Rule[];
  /** Which resources an action is done to: `EntityType`, `City`, ... */
  readonly resourcesOf: ReadonlyMap<Action, readonly string[]>;
  /** Of all files together: another one, another policy. */
  readonly version: string;
};

const shippedDirectory = fileURLToPath(new URL('city', import.meta.url));
const schemaName = 'chorsu.cedarschema';
const groupsName = 'groups.json';

/**
 * Reads the policies that come with the program and those of `directory`, if it is there.
 * @throws Problem bad-data that lists every fault: `file:line: reason`
 */
export async function readRules(cedar: Cedar, directory?: string): Promise<Rules> {
  const files = [...(await readFiles(shippedDirectory, true)), ...(directory ? await readFiles(directory, false) : [])];
  const schema = files.find(({ name, shipped }) => shipped && name === schemaName)?.text ?? '';
  const resourcesOf = cedar.actions(schema) as ReadonlyMap<Action, readonly string[]>;
  const nameless = actions.filter((action) => !resourcesOf.has(action));
  if (nameless.length > 0) throw new Error(`${schemaName} does not say what these are done to: ${nameless.join(', ')}`);

  const faults: string[] = [];
  const groups: Group[] = [];
  for (const { name, text } of files.filter((file) => file.name.endsWith('.json'))) {
    const read = parseGroups(text);
    groups.push(...read.groups);
    for (const { line, message } of read.faults) faults.push(`${name}:${line}: ${message}`);
  }
  const joined = joinGroups(groups);
  const rules: Rule[] = [];
  for (const file of files.filter(({ name }) => name.endsWith('.cedar'))) {
    for (const cut of cutPolicies(file.text)) {
      const tree = cedar.parse(cut.text);
      if (isFaulty(tree)) {
        faults.push(...tree.map((fault) => placed(file.name, cut, fault)));
        continue;
      }
      const { rule, wrong } = ruleOf(file.name, cut, tree, joined);
      if (rules.some(({ id }) => id === rule.id)) wrong.push(`another policy is called ${rule.id}`);
      faults.push(...wrong.map((message) => `${file.name}:${cut.line}: ${message}`));
      rules.push(rule);
    }
  }
  const texts = Object.fromEntries(rules.map(({ id, text }) => [id, text]));
  for (const [id, found] of cedar.validate(schema, texts)) {
    const rule = rules.find((one) => one.id === id);
    if (rule) faults.push(...found.map((fault) => placed(rule.file, rule, fault)));
  }
  if (faults.length > 0) throw new Problem('bad-data', faults.join('\n'), 'policies');
  const version = hashOf(files.map(({ name, hash }) => `${name} ${hash}\n`).join(''));
  return { files, schema, groups: joined, rules, resourcesOf, version };
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

async function readFiles(directory: string, shipped: boolean): Promise<PolicyFile[]> {
  let names: string[];
  try {
    names = await readdir(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new Problem('bad-data', `cannot read ${directory}: ${(error as Error).message}`, 'policies');
  }
  const wanted = names.filter(
    (name) => name.endsWith('.cedar') || name === groupsName || (shipped && name === schemaName),
  );
  return Promise.all(
    wanted.toSorted().map(async (name) => {
      const text = await readFile(join(directory, name), 'utf8');
      return { name: shipped ? name : `city/${name}`, shipped, text, hash: hashOf(text) };
    }),
  );
}

const isFaulty = (tree: PolicyJson | readonly CedarFault[]): tree is readonly CedarFault[] => Array.isArray(tree);

const placed = (file: string, cut: PolicyText, { message, at }: CedarFault): string =>
  `${file}:${cut.line + lineAt(cut.text, at) - 1}: ${message}`;

const annotations = ['id', 'where'];
/** Cached answers hold for everybody of a kind with the same roles, so that a policy cannot mean a single one. */
const kinds = ['Anonymous', 'Person', 'Service', 'Device', 'System'];
const groupTypes: Readonly<Record<string, Group['kind']>> = {
  TypeGroup: 'types',
  AttributeGroup: 'attributes',
  TopicGroup: 'topics',
};

/** What Cedar lets pass and we do not: it would be passed over in silence. */
function ruleOf(
  file: string,
  cut: PolicyText,
  tree: PolicyJson,
  groups: readonly Group[],
): { rule: Rule; wrong: string[] } {
  const wrong: string[] = [];
  const { effect, annotations: said = {} } = tree;
  for (const name of Object.keys(said))
    if (!annotations.includes(name)) wrong.push(`@${name} means nothing here; wanted @id or @where`);
  const names = namesIn(tree);
  for (const { type, id } of names) {
    const kind = groupTypes[type];
    if (kind && !groups.some((group) => group.kind === kind && group.name === id))
      wrong.push(`${groupsName} has no ${type}::"${id}"`);
    if ((type === 'EntityType' || type === 'Attribute') && !isUri(id))
      wrong.push(`${type}::"${id}": wanted an IRI; a group takes short names`);
    if (kinds.includes(type)) wrong.push(`${type}::"${id}": policies speak of kinds and roles, not of a single one`);
  }
  let where: Where | undefined;
  if (said['where'] !== undefined) {
    if (effect !== 'permit' || !isOnlyReading(tree))
      wrong.push('@where narrows permits of readEntities and nothing else');
    try {
      where = parseWhere(said['where']);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      wrong.push(`@where: ${error.message}${error.field === undefined ? '' : ` (${error.field})`}`);
    }
  }
  const id = said['id'] ?? `${file}:${cut.line}`;
  return { rule: { ...cut, id, file, effect, names, ...(where && { where }) }, wrong };
}

function isOnlyReading({ action }: PolicyJson): boolean {
  if (action.op === 'All') return false;
  const named = 'entities' in action ? action.entities : 'entity' in action ? [action.entity] : [];
  return named.length > 0 && named.every((one) => 'id' in one && one.id === 'readEntities');
}

/** Every entity that a policy names, actions and roles apart. */
function namesIn(tree: unknown): readonly { type: string; id: string }[] {
  if (Array.isArray(tree)) return tree.flatMap(namesIn);
  if (typeof tree !== 'object' || tree === null) return [];
  const { type, id } = tree as { type?: unknown; id?: unknown };
  if (typeof type === 'string' && typeof id === 'string')
    return type === 'Action' || type === 'Role' ? [] : [{ type, id }];
  return Object.values(tree).flatMap(namesIn);
}
