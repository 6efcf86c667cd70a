/**
 * The dictionaries of history, kept in memory on the main thread and in DuckDB: text in, small integers out. A row of
 * history then is twelve numbers. What is new is handed to the worker with the batch that first uses it and is saved
 * in the same transaction.
 */
import type { Instance } from '../../ngsild/entity.ts';
import type { Tenant } from '../ports.ts';
import { entityNames } from './names.ts';

/** Classes of words as saved. */
export const wordClasses = { attr: 0, dataset: 1, kind: 2, shape: 3 } as const;
export type WordClass = keyof typeof wordClasses;

export type SavedWord = { readonly of: number; readonly id: number; readonly text: string };
export type SavedEntity = {
  readonly id: number;
  readonly tenant: Tenant;
  readonly name: string;
  readonly kind: number;
};
/** New words and entities, and entities whose types are others now. */
export type Added = {
  readonly words: readonly SavedWord[];
  readonly entities: readonly SavedEntity[];
  readonly kinds: readonly { readonly id: number; readonly kind: number; readonly former: number }[];
};

/** A tenant's set of types, as entities have it. */
export type Kind = { readonly tenant: Tenant; readonly types: readonly string[] };
/** What instances have in common apart from value and times. */
export type Shape = Omit<Instance, 'value' | 'observedAt' | 'createdAt' | 'modifiedAt' | 'datasetId'>;

/** An attribute whose sub-attributes make more shapes than this has changing ones; they go into the row's `rest`. */
const shapesPerAttributeMax = 64;
const shapeLengthMax = 512;

type Interner = {
  id(text: string): number;
  find(text: string): number | undefined;
  text(id: number): string;
  has(id: number): boolean;
  /** The number stays taken. @returns the text that it had */
  forget(id: number): string | undefined;
  load(id: number, text: string): void;
};

function interner(onNew: (id: number, text: string) => void): Interner {
  const ids = new Map<string, number>();
  const texts: (string | undefined)[] = [];
  return {
    id(text) {
      const known = ids.get(text);
      if (known !== undefined) return known;
      const id = texts.length;
      ids.set(text, id);
      texts.push(text);
      onNew(id, text);
      return id;
    },
    find: (text) => ids.get(text),
    text(id) {
      const text = texts[id];
      if (text === undefined) throw new Error(`history has no word ${id}`);
      return text;
    },
    has: (id) => texts[id] !== undefined,
    forget(id) {
      const text = texts[id];
      if (text !== undefined) ids.delete(text);
      texts[id] = undefined;
      return text;
    },
    load(id, text) {
      ids.set(text, id);
      texts[id] = text;
    },
  };
}

export type Words = ReturnType<typeof openWords>;

export type SavedWords = {
  readonly words: readonly SavedWord[];
  /** Kinds that entities had before. */
  readonly former: readonly { readonly id: number; readonly kind: number }[];
};

export function openWords(saved: SavedWords) {
  let words: SavedWord[] = [];
  let newEntities: SavedEntity[] = [];
  let kindChanges: { id: number; kind: number; former: number }[] = [];
  const of = (wordClass: WordClass) => interner((id, text) => words.push({ of: wordClasses[wordClass], id, text }));
  const attrs = of('attr');
  const datasets = of('dataset');
  const kindTexts = of('kind');
  const shapeTexts = of('shape');
  const byClass = [attrs, datasets, kindTexts, shapeTexts];
  const entities = entityNames();
  const kinds: Kind[] = [];
  const shapes: Shape[] = [];
  const shapesOfAttribute = new Map<number, Set<string>>();

  for (const { of, id, text } of saved.words) byClass[of]?.load(id, text);
  const former = new Map<number, number[]>();
  const keepFormer = (id: number, kind: number) => {
    const kinds = former.get(id);
    if (!kinds) former.set(id, [kind]);
    else if (!kinds.includes(kind)) kinds.push(kind);
  };
  for (const { id, kind } of saved.former) keepFormer(id, kind);
  // Dataset 0 is the default instance, which has no datasetId; no client can send an empty one.
  datasets.id('');

  const kindOf = (id: number): Kind => {
    const known = kinds[id];
    if (known) return known;
    const [tenant, ...types] = JSON.parse(kindTexts.text(id)) as [Tenant, ...string[]];
    return (kinds[id] = { tenant, types });
  };
  const kindId = (tenant: Tenant, types: readonly string[]) => kindTexts.id(JSON.stringify([tenant, ...types]));

  return {
    attrs,
    datasets,
    kind: kindOf,
    entity(id: number) {
      const entity = entities.get(id);
      if (!entity) throw new Error(`history has no entity ${id}`);
      return entity;
    },
    /** As they were saved, in order of their numbers. */
    loadEntities(saved: readonly SavedEntity[]): void {
      for (const entity of saved) entities.load(entity.id, entity);
    },
    findEntity: (tenant: Tenant, name: string): number | undefined => entities.find(tenant, name),
    /** Every kind under which these entities may have rows. */
    kindsOf(ids: readonly number[]): number[] {
      const kinds = new Set<number>();
      for (const id of ids) {
        kinds.add(entities.kindOf(id));
        for (const kind of former.get(id) ?? []) kinds.add(kind);
      }
      return [...kinds];
    },
    shape(id: number): Shape {
      return (shapes[id] ??= JSON.parse(shapeTexts.text(id)) as Shape);
    },
    /** Ids of the tenant's kinds whose types pass. */
    kindsWhere(tenant: Tenant, pass: (types: readonly string[]) => boolean): number[] {
      const found: number[] = [];
      for (let id = 0; kindTexts.has(id); id++) {
        const kind = kindOf(id);
        if (kind.tenant === tenant && pass(kind.types)) found.push(id);
      }
      return found;
    },
    /**
     * The entity's number and its kind after this instance.
     * @param types  its types now; empty: those last known
     * @param added  types that it has besides those last known
     */
    enter(tenant: Tenant, name: string, types: readonly string[], added: readonly string[] = []) {
      const known = entities.find(tenant, name);
      if (known === undefined) {
        const kind = kindId(tenant, types.length > 0 ? types : added);
        const id = entities.add(tenant, name, kind);
        newEntities.push({ id, tenant, name, kind });
        return { id, kind };
      }
      const kind = entities.kindOf(known);
      const before = kindOf(kind).types;
      const now = types.length > 0 ? types : before;
      const missing = added.filter((type) => !now.includes(type));
      if (missing.length === 0 && (now === before || sameTypes(now, before))) return { id: known, kind };
      const changed = kindId(tenant, [...now, ...missing]);
      entities.setKind(known, changed);
      kindChanges.push({ id: known, kind: changed, former: kind });
      keepFormer(known, kind);
      return { id: known, kind: changed };
    },
    /** The shape's number, and as `rest` what differs from instance to instance. */
    shapeOf(attr: number, instance: Instance): { shape: number; rest: string | undefined } {
      const { type, unitCode, valueType, objectType, expiresAt, ngsildproof, sub } = instance;
      const plain = JSON.stringify({
        type,
        ...(unitCode !== undefined && { unitCode }),
        ...(valueType !== undefined && { valueType }),
        ...(objectType !== undefined && { objectType }),
      });
      if (expiresAt === undefined && ngsildproof === undefined && !sub)
        return { shape: shapeTexts.id(plain), rest: undefined };
      const rest = JSON.stringify({
        ...(expiresAt !== undefined && { expiresAt }),
        ...(ngsildproof !== undefined && { ngsildproof }),
        ...(sub && { sub }),
      });
      const whole = `${plain.slice(0, -1)},${rest.slice(1)}`;
      let seen = shapesOfAttribute.get(attr);
      if (!seen) shapesOfAttribute.set(attr, (seen = new Set()));
      const fits = whole.length <= shapeLengthMax && (seen.has(whole) || seen.size < shapesPerAttributeMax);
      if (!fits) return { shape: shapeTexts.id(plain), rest };
      seen.add(whole);
      return { shape: shapeTexts.id(whole), rest: undefined };
    },
    forgetEntity(tenant: Tenant, name: string): void {
      const id = entities.find(tenant, name);
      if (id !== undefined) entities.forget(id);
    },
    forgetWords(gone: { shapes: readonly number[]; datasets: readonly number[] }): void {
      for (const id of gone.datasets) datasets.forget(id);
      for (const id of gone.shapes) {
        const text = shapeTexts.forget(id);
        for (const seen of shapesOfAttribute.values()) if (text !== undefined) seen.delete(text);
      }
    },
    /** What is new since the last call. */
    takeAdded(): Added {
      const added: Added = {
        words,
        entities: newEntities,
        kinds: kindChanges,
      };
      words = [];
      newEntities = [];
      kindChanges = [];
      return added;
    },
  };
}

const sameTypes = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((type, at) => type === b[at]);
