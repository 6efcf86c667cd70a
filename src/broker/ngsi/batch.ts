import { isObject } from '../../base/json.ts';
import type { Log } from '../../base/log.ts';
import { Problem } from '../../base/problem.ts';
import type { Entity } from '../../ngsild/entity.ts';
import { parseEntity } from '../../ngsild/index.ts';
import { isoInstant } from '../decision.ts';
import type { BatchResult } from '../entities.ts';
import { bodyOf, itemContext, type Answer, type Call } from './call.ts';
import { ngsiError } from './errors.ts';
import { batchBody, type NgsiDeps, type Operation } from './operation.ts';

const itemsMax = 10_000;

/** `/entityOperations/*` that write, 6.14 to 6.17 and 6.31. */
export const batch: readonly Operation[] = [
  {
    name: 'createBatch',
    method: 'POST',
    path: '/entityOperations/create',
    clause: '6.14.3.1',
    summary: 'Create many entities',
    parameters: ['local'],
    body: batchBody('EntityList'),
    answers: { 201: 'IdList', 207: 'BatchOperationResult' },
    handle: async (call, deps) => {
      const { parsed, faults } = await parseItems(call, deps);
      const result = await deps.entities.createMany(call.who, call.tenant, parsed, call.cause);
      if (faults.length === 0 && result.failed.length === 0) return { status: 201, body: result.created };
      return batchAnswer(result.created, result, faults, deps.log);
    },
  },
  {
    name: 'upsertBatch',
    method: 'POST',
    path: '/entityOperations/upsert',
    clause: '6.15.3.1',
    summary: 'Create or change many entities',
    parameters: ['options', 'local'],
    options: ['replace', 'update'],
    body: batchBody('EntityList'),
    answers: { 201: 'IdList', 204: null, 207: 'BatchOperationResult' },
    handle: async (call, deps) => {
      const { parsed, faults } = await parseItems(call, deps);
      const mode = (call.query.get('options') ?? '').split(',').includes('update') ? 'update' : 'replace';
      const result = await deps.entities.upsertMany(call.who, call.tenant, parsed, mode, call.cause);
      if (faults.length > 0 || result.failed.length > 0) {
        return batchAnswer([...result.created, ...result.changed], result, faults, deps.log);
      }
      return result.created.length > 0 ? { status: 201, body: result.created } : { status: 204 };
    },
  },
  {
    name: 'deleteBatch',
    method: 'POST',
    path: '/entityOperations/delete',
    clause: '6.17.3.1',
    summary: 'Delete many entities',
    parameters: ['local'],
    body: batchBody('IdList'),
    answers: { 204: null, 207: 'BatchOperationResult' },
    handle: async (call, deps) => {
      const { items } = await readItems(call, deps);
      const ids = items.map((item, n) => {
        if (typeof item !== 'string') throw new Problem('bad-data', 'a URI is wanted', `[${n}]`);
        return item;
      });
      const result = await deps.entities.deleteMany(call.who, call.tenant, ids, call.cause);
      return result.failed.length === 0 ? { status: 204 } : batchAnswer(result.changed, result, [], deps.log);
    },
  },
];

async function readItems(call: Call, deps: NgsiDeps) {
  const shared = await bodyOf(call, deps.contexts);
  if (!Array.isArray(shared.json) || shared.json.length === 0) {
    throw new Problem('bad-data', 'a batch is an array of at least one item');
  }
  const items: unknown[] = shared.json;
  if (items.length > itemsMax)
    throw new Problem('too-large', `a batch holds at most ${itemsMax} items, not ${items.length}`);
  return { items, shared };
}

type Fault = { readonly id: string | undefined; readonly problem: Problem };

async function parseItems(call: Call, deps: NgsiDeps): Promise<{ parsed: Entity[]; faults: Fault[] }> {
  const { items, shared } = await readItems(call, deps);
  const faults: Fault[] = [];
  const parsed: Entity[] = [];
  const at = isoInstant(deps.now());
  for (const [n, item] of items.entries()) {
    try {
      const { json, context } = await itemContext(item, call, shared, deps.contexts);
      parsed.push(parseEntity(json, context, { at }));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const id = isObject(item) && typeof item['id'] === 'string' ? item['id'] : undefined;
      const field = error.field === undefined ? `[${n}]` : `[${n}].${error.field}`;
      faults.push({ id, problem: new Problem(error.kind, error.message, field) });
    }
  }
  return { parsed, faults };
}

/** 207 with what held and what failed (5.2.16). */
function batchAnswer(success: readonly string[], result: BatchResult, faults: readonly Fault[], log: Log): Answer {
  const errors = [...faults, ...result.failed].map(({ id, problem }) => ({
    ...(id !== undefined && { entityId: id }),
    error: ngsiError(problem, log),
  }));
  return { status: 207, body: { success, errors } };
}
