/** `chorsu schemas`: data models that entities are checked against when they are written. */
import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { isObject, parseJson } from '../base/json.ts';
import { Problem } from '../base/problem.ts';
import { modelModes, type ModelView, type Models, type NamedBytes } from '../broker/index.ts';
import { command, type Command } from './command.ts';
import type { Deed } from './control.ts';
import { choice, directory, file, flag, several, text, withDefault } from './kinds.ts';
import { reach, type ReachDependencies } from './reach.ts';
import type { Served } from './serve.ts';
import { WrongUsage } from './usage.ts';

/** The part of a running platform that checks entities. */
export type Modelled = { readonly models: Models };

export const modelsDeed =
  ({ models }: Modelled): Deed =>
  () =>
    Promise.resolve(models.list());

export const removeModelDeed =
  ({ models }: Modelled): Deed =>
  async (wish) => {
    await models.remove(String(wish['type']));
    return null;
  };

const isUrl = (word: string): boolean => /^https?:\/\//.test(word);

async function read(path: string): Promise<NamedBytes> {
  try {
    return { name: basename(path), bytes: await readFile(path) };
  } catch (error) {
    throw new Problem('invalid-request', `${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The value of an @context: a URL as it is, of a file what it holds. */
async function contextOf(word: string): Promise<never> {
  if (isUrl(word)) return word as never;
  const json = parseJson((await read(word)).bytes);
  if (!isObject(json) || !('@context' in json)) throw new Problem('invalid-request', `${word} has no @context`);
  return json['@context'] as never;
}

export const addModelDeed =
  ({ models }: Modelled): Deed =>
  async (wish) => {
    const from = String(wish['from']);
    const refs = Array.isArray(wish['refs']) ? wish['refs'].map(String) : [];
    const { context } = wish;
    return models.add({
      from: isUrl(from) ? from : await read(from),
      given: await Promise.all(refs.map(read)),
      type: String(wish['type']),
      mode: modelModes.find((mode) => mode === wish['mode']) ?? 'warn',
      ...(typeof context === 'string' && { context: await contextOf(context) }),
    });
  };

const options = {
  type: text('TYPE')('The entity type: a name of the context, or its IRI.'),
  mode: withDefault(
    choice(modelModes)(
      'What happens to what does not fit: off checks nothing, warn counts and shows it, reject refuses it. Values of ' +
        'sources are counted, never refused.',
    ),
    'warn',
  ),
  ref: several(file)('A schema that the first one leads to by $ref, such as common-schema.json.'),
  context: text('URL|FILE')(
    'The @context that gives attributes the names of the schema. Without it, those of the core context.',
  ),
  data: withDefault(
    directory('The data directory. When a server runs on it, the server does the work.'),
    './data/city',
  ),
  city: file('City profile, for its law pack, when no server runs.'),
  json: flag('The list as JSON, with the last entities that did not fit.'),
};

export function schemasCommand<P extends Served & Modelled>(needs: ReachDependencies<P>): Command {
  return command({
    name: 'schemas',
    about: 'checks entities against data models (JSON Schema)',
    details:
      'A schema, as Smart Data Models publish them, is bound to an entity type. What an entity becomes by a write is checked in ' +
      'simplified representation; what is told of the past (/temporal/entities), each value by itself. With reject nothing takes ' +
      'from an entity what its model requires: not a DELETE of the attribute, not a purge that drops it, which then says so for this ' +
      'entity and goes on. Values of sources are counted and never refused; what ends by its expiresAt ends. A schema from a file leads to the files of --ref alone, one from a URL is asked for with all ' +
      'that it leads to. Without words the schemas are listed, with what was counted since the server started.',
    words: { called: '[add FILE|URL | remove]', about: 'What is to be done. Nothing: list.', min: 0, max: 2 },
    options,
    examples: [
      {
        line: 'chorsu schemas add Device/schema.json --ref common-schema.json --type Device --mode warn',
        does: 'Counts devices that do not fit.',
      },
      { line: 'chorsu schemas remove --type Device', does: 'Takes the schema away.' },
    ],
    act: async (given, [what, from], terminal) => {
      const { data, city, type } = given;
      const errand = (wish: { do: string } & Record<string, unknown>, looksOnly = false) =>
        reach({ data, city, title: 'Reading', unit: '', looksOnly, wish }, needs, terminal);
      if (what === undefined) {
        const found = (await errand({ do: 'models' }, true)) as readonly ModelView[];
        if (given.json) terminal.out(`${JSON.stringify(found, undefined, 2)}\n`);
        else if (found.length === 0) terminal.out('No type has a schema.\n');
        else for (const model of found) terminal.out(`${line(model)}\n`);
        return 0;
      }
      if (type === undefined) throw new WrongUsage('--type TYPE is missing');
      if (what === 'remove' && from === undefined) {
        await errand({ do: 'removeModel', type });
        terminal.out(`${type} is no longer checked\n`);
        return 0;
      }
      if (what !== 'add' || from === undefined) throw new WrongUsage('say: schemas add FILE|URL, or schemas remove');
      const path = (word: string): string => (isUrl(word) ? word : resolve(word));
      const made = (await errand({
        do: 'addModel',
        from: path(from),
        refs: given.ref.map(path),
        type,
        mode: given.mode,
        ...(given.context !== undefined && { context: path(given.context) }),
      })) as ModelView;
      terminal.out(`${line(made)}\n`);
      return 0;
    },
  });
}

function line({ name, type, mode, source, checked, warned, refused }: ModelView): string {
  return `${name}  ${mode}  ${source}  checked ${checked}, warned ${warned}, refused ${refused}  ${type}`;
}
