/**
 * Wire JSON to entities: normalized, concise (both at once, attribute by attribute) and simplified input, checked
 * against the data model. CIM 009 v1.9.1, 4.5.1, 5.5.4. Attributes are read by `instances.ts`.
 */
import { isObject } from '../base/json.ts';
import { Problem } from '../base/problem.ts';
import type { Context } from './context.ts';
import { isUri, nullMarker } from './datatypes.ts';
import type { Entity, Instance } from './entity.ts';
import { readInstances } from './instances.ts';
import { parseDateTime, parseScopes, parseTypes } from './members.ts';
import type { InstanceFragment, ParseOptions, Reading } from './reading.ts';

/**
 * Parses an entity (normalized, concise or, if told, simplified). createdAt, modifiedAt, deletedAt and instanceId are
 * ignored; `@context` is the caller's business.
 * @throws Problem bad-data; its field is the path (`temperature.value`)
 */
export function parseEntity(json: unknown, context: Context, options: ParseOptions): Entity {
  const parts = readEntity(json, { context, mode: 'whole', simplified: options.simplified === true, at: options.at });
  if (parts.id === undefined) throw new Problem('bad-data', 'the entity has no id', 'id');
  if (parts.type === undefined) throw new Problem('bad-data', 'the entity has no type', 'type');
  const entity: { -readonly [key in keyof Entity]: Entity[key] } = {
    id: parts.id,
    type: parts.type,
    createdAt: options.at,
    modifiedAt: options.at,
    // Complete, because the mode is `whole`.
    attrs: parts.attrs as Record<string, Instance[]>,
  };
  if (parts.scope !== undefined) entity.scope = parts.scope;
  if (typeof parts.expiresAt === 'string') entity.expiresAt = parts.expiresAt;
  return entity;
}

export type EntityParts = {
  id?: string;
  type?: readonly string[];
  /** An empty list: the Null was given, the scope goes. */
  scope?: readonly string[];
  /** null: the Null was given. */
  expiresAt?: string | null;
  attrs: Record<string, readonly InstanceFragment[]>;
};

/** Reads an entity or an entity fragment; which members must be there is the caller's to say. */
export function readEntity(json: unknown, reading: Reading): EntityParts {
  if (!isObject(json)) throw new Problem('invalid-request', 'an entity is a JSON object');
  const parts: EntityParts = { attrs: {} };
  const { context, mode } = reading;
  for (const key in json) {
    const raw = json[key];
    const name = context.name(key);
    switch (name.member) {
      case 'id':
        if (parts.id !== undefined) throw new Problem('bad-data', 'id and @id are both given', key);
        if (typeof raw !== 'string' || !isUri(raw) || raw === nullMarker) {
          throw new Problem('bad-data', 'the id must be a URI', key);
        }
        parts.id = raw;
        break;
      case 'type':
        if (parts.type !== undefined) throw new Problem('bad-data', 'type and @type are both given', key);
        parts.type = parseTypes(raw, context, key);
        break;
      case 'scope':
        if (parts.scope !== undefined) throw new Problem('bad-data', 'the scope is given twice', key);
        parts.scope = raw === nullMarker && mode !== 'whole' ? [] : parseScopes(raw, key);
        break;
      case 'expiresAt':
        if (parts.expiresAt !== undefined) throw new Problem('bad-data', 'expiresAt is given twice', key);
        parts.expiresAt = raw === nullMarker && mode !== 'whole' ? null : parseDateTime(raw, key);
        break;
      case 'createdAt':
      case 'modifiedAt':
      case 'deletedAt':
      case 'instanceId':
      case '@context':
        break;
      default:
        if (name.fault !== undefined) throw new Problem('bad-data', name.fault, key);
        // The core defines `value` and its like as reified: Smart Data Models have attributes of that name.
        if (name.member !== undefined && name.tells === undefined) {
          throw new Problem('bad-data', `"${key}" is a word of the standard and cannot name an attribute (4.5.1)`, key);
        }
        if (parts.attrs[name.iri]) throw new Problem('bad-data', 'two names stand for the same attribute', key);
        parts.attrs[name.iri] = readInstances(raw, key, reading);
    }
  }
  return parts;
}
