/** Data models: JSON Schemas that entities of a type are checked against when they are written. */
import type { Clock } from '../../base/clock.ts';
import type { Metrics } from '../../base/metrics.ts';
import { isObject } from '../../base/json.ts';
import { Problem } from '../../base/problem.ts';
import type { Outbound } from '../../http/index.ts';
import { applyDelta, type Attributes, type Entity, type EntityDelta, type Json } from '../../ngsild/entity.ts';
import { compileContext, representEntity, type Context } from '../../ngsild/index.ts';
import type { RowDelta, Rows, TableDefinition } from '../../store/ports.ts';
import type { Writer } from '../../store/writer.ts';
import type { Contexts } from '../contexts/index.ts';
import { gatherSchema, type NamedBytes } from './bundle.ts';
import { compileModel, type Misfit, type Model, type SchemaBundle } from './compile.ts';

/** `off` keeps the schema and checks nothing; `warn` counts and shows what does not fit; `reject` refuses it. */
export const modelModes = ['off', 'warn', 'reject'] as const;
export type ModelMode = (typeof modelModes)[number];

export type NewModel = {
  /** A URL, asked for together with what it leads to; or the bytes of a file, which leads to `given` alone. */
  readonly from: string | NamedBytes;
  /** Further schemas: each stands for its `$id`, and for every URL that ends in its name. */
  readonly given?: readonly NamedBytes[];
  /** A term of the context, or an IRI. */
  readonly type: string;
  /** Gives the attributes the names that the schema knows; absent: the core context. */
  readonly context?: Json;
  readonly mode: ModelMode;
};

export type ModelView = {
  /** IRI. */
  readonly type: string;
  /** The name that the schema knows. */
  readonly name: string;
  readonly title?: string;
  readonly mode: ModelMode;
  /** Where the schema comes from: the name of a file, or a URL. */
  readonly source: string;
  readonly addedAt: number;
  /** Since the program started. */
  readonly checked: number;
  readonly warned: number;
  readonly refused: number;
  /** The newest that did not fit, newest first. */
  readonly last: readonly (Misfit & { readonly entity: string; readonly at: number })[];
};

export type Models = {
  list(): readonly ModelView[];
  /**
   * Takes the place of the type's former one. Durable when resolved.
   * @throws Problem bad-data, context-unavailable, unreachable
   */
  add(model: NewModel): Promise<ModelView>;
  /** @param type its name or IRI. @throws Problem not-found */
  remove(type: string): Promise<void>;
  /**
   * Checks what an entity becomes, in simplified representation; costs nothing when its types have no schema.
   * @param lenient true for sources, which cannot mend what they say: counted, never refused
   * @throws Problem bad-data with the path (`address.postalCode`)
   */
  check(known: Entity | undefined, delta: EntityDelta, lenient?: boolean): void;
  /**
   * Checks what is told of the past, each instance by itself: what else the model wants of the entity is not asked.
   * @param types of the entity
   * @throws Problem bad-data with the path
   */
  checkPast(id: string, types: readonly string[], attrs: Attributes): void;
};

export const modelTable: TableDefinition = {
  name: 'broker_model',
  // `names` (of the schema, to IRIs) and `bundle` are JSON.
  columns: { type: 'TEXT', mode: 'TEXT', source: 'TEXT', names: 'TEXT', bundle: 'TEXT', added_at: 'INTEGER' },
  key: ['type'],
};

type Kept = {
  readonly type: string;
  readonly mode: ModelMode;
  readonly source: string;
  readonly addedAt: number;
  readonly title: string | undefined;
  /** The names of the schema alone, so that nothing has to be loaded at start. */
  readonly context: Context;
  readonly model: Model;
  checked: number;
  warned: number;
  refused: number;
  last: ModelView['last'];
};

type Row = Pick<Kept, 'type' | 'mode' | 'source' | 'addedAt'> & {
  readonly names: Readonly<Record<string, string>>;
  readonly bundle: SchemaBundle;
};

const lastMax = 20;

export async function openModels(deps: {
  writer: Writer;
  rows: Rows;
  contexts: Contexts;
  outbound: Outbound;
  clock: Clock;
  metrics: Metrics;
}): Promise<Models> {
  const { writer, rows, contexts, outbound, clock, metrics } = deps;
  const count = metrics.counter('chorsu_model_checks_total', 'Entities checked against a data model, by outcome');
  const kept = new Map<string, Kept>();
  let checking = new Set<string>();

  const keep = (row: Row): Kept => {
    const { title } = row.bundle.schema;
    const made: Kept = {
      ...row,
      title: typeof title === 'string' ? title.trim() : undefined,
      context: compileContext(row.names),
      model: compileModel(row.bundle),
      checked: 0,
      warned: 0,
      refused: 0,
      last: [],
    };
    kept.set(row.type, made);
    checking = new Set([...kept.values()].filter(({ mode }) => mode !== 'off').map(({ type }) => type));
    return made;
  };
  for (const row of await rows.all('SELECT type, mode, source, names, bundle, added_at FROM broker_model')) {
    keep({
      type: String(row['type']),
      mode: modelModes.find((mode) => mode === row['mode']) ?? 'off',
      source: String(row['source']),
      addedAt: Number(row['added_at']),
      names: JSON.parse(String(row['names'])) as Row['names'],
      bundle: JSON.parse(String(row['bundle'])) as SchemaBundle,
    });
  }
  const commit = async (type: string, row: RowDelta['row']): Promise<void> => {
    const rowsOf = [{ table: modelTable.name, key: { type }, row }];
    await writer.commit({ tenant: 0, cause: { by: 'operator' }, entities: [], rows: rowsOf });
  };
  const viewOf = (model: Kept): ModelView => {
    const { type, mode, source, addedAt, title, checked, warned, refused, last } = model;
    const name = model.context.compact(type);
    return { type, name, ...(title !== undefined && { title }), mode, source, addedAt, checked, warned, refused, last };
  };

  const look = (model: Kept, entity: Entity, { lenient = false, part = false }): void => {
    model.checked++;
    const found = model.model(plain(representEntity(entity, model.context, { format: 'simplified' })), part);
    const refuses = found !== undefined && model.mode === 'reject' && !lenient;
    count.add(1, { outcome: found === undefined ? 'fits' : refuses ? 'refused' : 'warned' });
    if (!found) return;
    if (refuses) model.refused++;
    else model.warned++;
    model.last = [{ ...found, entity: entity.id, at: clock.now() }, ...model.last].slice(0, lastMax);
    if (!refuses) return;
    const where = found.path === '' ? 'the entity' : found.path;
    throw new Problem(
      'bad-data',
      `the data model ${model.context.compact(model.type)} does not take this: ${where} ${found.why}`,
      found.path === '' ? undefined : found.path,
    );
  };

  return {
    list: () => [...kept.values()].map(viewOf).sort((a, b) => (a.name < b.name ? -1 : 1)),
    async add({ from, given = [], type, context: named, mode }) {
      const context = named === undefined ? contexts.core : await contexts.of(named);
      const { source, ...bundle } = await gatherSchema(from, given, outbound);
      const names: Record<string, string> = {};
      for (const name of [type, ...propertyNames(bundle)]) {
        const { iri, member, fault } = context.name(name);
        if (member === undefined && fault === undefined && iri !== name) names[name] = iri;
      }
      const row = { type: context.expand(type), mode, source, addedAt: clock.now(), names, bundle };
      compileModel(bundle);
      await commit(row.type, {
        mode,
        source,
        names: JSON.stringify(names),
        bundle: JSON.stringify(bundle),
        added_at: row.addedAt,
      });
      return viewOf(keep(row));
    },
    async remove(type) {
      const found = kept.get(type) ?? [...kept.values()].find((model) => model.context.compact(model.type) === type);
      if (!found) throw new Problem('not-found', `there is no data model of ${type}`);
      await commit(found.type, null);
      kept.delete(found.type);
      checking.delete(found.type);
    },
    check(known, delta, lenient = false) {
      if (checking.size === 0 || (delta.op !== 'put' && delta.op !== 'set')) return;
      const types = delta.op === 'put' ? delta.entity.type : [...(known?.type ?? []), ...(delta.type ?? [])];
      if (!types.some((type) => checking.has(type))) return;
      const entity = applyDelta(known, delta);
      for (const type of entity?.type ?? []) {
        const model = checking.has(type) ? kept.get(type) : undefined;
        if (model && entity) look(model, entity, { lenient });
      }
    },
    checkPast(id, types, attrs) {
      for (const type of new Set(types)) {
        const model = checking.has(type) ? kept.get(type) : undefined;
        if (!model) continue;
        for (const name in attrs) {
          for (const { datasetId: _, ...instance } of attrs[name] ?? []) {
            const part = { id, type: [type], createdAt: '', modifiedAt: '', attrs: { [name]: [instance] } };
            look(model, part, { part: true });
          }
        }
      }
    },
  };
}

/** Typed values of JSON-LD (`{"@type": "DateTime", "@value": "..."}`) as their values: schemas know them so. */
function plain(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(plain);
  if (!isObject(json)) return json;
  if ('@value' in json) return json['@value'];
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, plain(value)]));
}

/** Every name that the schemas give a property, at any depth. */
function propertyNames(bundle: SchemaBundle): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) for (const item of node) visit(item);
    if (!isObject(node)) return;
    if (isObject(node['properties'])) for (const name of Object.keys(node['properties'])) names.add(name);
    for (const key in node) visit(node[key]);
  };
  visit(bundle);
  return names;
}
