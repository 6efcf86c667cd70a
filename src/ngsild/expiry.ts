/** What ends by itself: transient entities and attributes. CIM 009 v1.9.1, 4.22. */
import { parseInstant } from '../base/time.ts';
import { applyDelta } from './entity.ts';
import type { Entity, EntityDelta, Instance, Removal } from './entity.ts';

const endOf = ({ expiresAt }: { readonly expiresAt?: string }): number =>
  expiresAt === undefined ? Number.POSITIVE_INFINITY : (parseInstant(expiresAt) ?? Number.POSITIVE_INFINITY);

function instanceDue(instance: Instance): number {
  let due = endOf(instance);
  for (const name in instance.sub) {
    for (const sub of instance.sub[name] ?? []) due = Math.min(due, instanceDue(sub));
  }
  return due;
}

/** The first instant at which something of the entity ends, in milliseconds; infinite when nothing does. */
export function dueAt(entity: Entity): number {
  let due = endOf(entity);
  for (const name in entity.attrs) {
    for (const instance of entity.attrs[name] ?? []) {
      if (instance.expiresAt !== undefined || instance.sub !== undefined) due = Math.min(due, instanceDue(instance));
    }
  }
  return due;
}

/**
 * The change that takes away what has ended.
 * @param at ms
 * @returns undefined when nothing has
 */
export function sweepOf(entity: Entity, at: number): EntityDelta | undefined {
  if (dueAt(entity) > at) return undefined;
  const iso = new Date(at).toISOString();
  if (endOf(entity) <= at) return { op: 'delete', id: entity.id, at: iso };
  const remove: Removal[] = [];
  const attrs: Record<string, Instance[]> = {};
  for (const name in entity.attrs) {
    for (const instance of entity.attrs[name] ?? []) {
      if (instanceDue(instance) > at) continue;
      const left = withoutEnded(instance, at);
      if (left) (attrs[name] ??= []).push({ ...left, modifiedAt: iso });
      else remove.push(instance.datasetId === undefined ? { name } : { name, datasetId: instance.datasetId });
    }
  }
  return { op: 'set', id: entity.id, at: iso, attrs, ...(remove.length > 0 && { remove }) };
}

function withoutEnded(instance: Instance, at: number): Instance | undefined {
  if (endOf(instance) <= at) return undefined;
  const { sub, ...rest } = instance;
  const left: Record<string, readonly Instance[]> = {};
  for (const name in sub) {
    const instances = (sub[name] ?? []).flatMap((inner) => withoutEnded(inner, at) ?? []);
    if (instances.length > 0) left[name] = instances;
  }
  return Object.keys(left).length > 0 ? { ...rest, sub: left } : rest;
}

/**
 * The entity as it is to be seen at an instant: what has ended is gone, whether it has been swept or not.
 * @param at ms
 * @returns undefined when the entity itself has ended; `entity` itself when nothing has
 */
export function livingAt(entity: Entity, at: number): Entity | undefined {
  const sweep = sweepOf(entity, at);
  return sweep ? applyDelta(entity, sweep) : entity;
}
