import { isObject } from '../../base/json.ts';
import { Problem } from '../../base/problem.ts';
import { isUri, parseEntity, parseFragment, parseMerge, type Context } from '../../ngsild/index.ts';
import { isoInstant } from '../decision.ts';
import { append, create, merge, remove, upsert, type Command } from '../rules.ts';
import { bodyOf, itemContext, optionsOf, type Call } from './call.ts';
import { batchAnswer, type ItemResult } from './batchAnswer.ts';
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
    makesTenant: true,
    handle: async (call, deps) => {
      const result = await runItems(call, deps, (json, context, at) => create(parseEntity(json, context, { at })));
      return batchAnswer(result, deps.log, { status: 201, body: result.created });
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
    makesTenant: true,
    handle: async (call, deps) => {
      const mode = optionsOf(call.query).includes('update') ? 'update' : 'replace';
      const result = await runItems(call, deps, (json, context, at) =>
        upsert(parseEntity(json, context, { at }), mode),
      );
      const { created } = result;
      return batchAnswer(result, deps.log, created.length > 0 ? { status: 201, body: created } : { status: 204 });
    },
  },
  {
    name: 'updateBatch',
    method: 'POST',
    path: '/entityOperations/update',
    clause: '6.16.3.1',
    summary: 'Append attributes to many entities',
    parameters: ['options', 'local'],
    options: ['noOverwrite'],
    body: batchBody('EntityFragmentList'),
    answers: { 204: null, 207: 'BatchOperationResult' },
    handle: async (call, deps) => {
      const noOverwrite = optionsOf(call.query).includes('noOverwrite');
      const result = await runItems(call, deps, (json, context, at) => {
        const fragment = parseFragment(json, context, { at, nulls: false });
        return append({ id: idOf(fragment) }, fragment, { noOverwrite });
      });
      return batchAnswer(result, deps.log);
    },
  },
  {
    name: 'mergeBatch',
    method: 'POST',
    path: '/entityOperations/merge',
    clause: '6.31.3.1',
    summary: 'Merge into many entities',
    parameters: ['local'],
    body: batchBody('EntityFragmentList'),
    answers: { 204: null, 207: 'BatchOperationResult' },
    handle: async (call, deps) => {
      const result = await runItems(call, deps, (json, context) => {
        const fragment = parseMerge(json, context);
        return merge({ id: idOf(fragment) }, fragment, { context });
      });
      return batchAnswer(result, deps.log);
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
      const result = await runItems(call, deps, (id) => {
        if (typeof id !== 'string' || !isUri(id)) throw new Problem('bad-data', 'the id of an entity is a URI');
        return remove({ id });
      });
      return batchAnswer(result, deps.log);
    },
  },
];

function idOf({ id }: { readonly id?: string }): string {
  if (id === undefined) throw new Problem('bad-data', 'the entity has no id', 'id');
  return id;
}

/**
 * Makes a command of each item and runs them; an item that cannot be read has failed, the others go on.
 * @param at when the batch came: the same for all its entities (5.5.11)
 * @throws Problem bad-data when there is no item, or one is null (5.6.7.4)
 */
async function runItems(
  call: Call,
  deps: NgsiDeps,
  commandOf: (json: unknown, context: Context, at: string) => Command,
): Promise<ItemResult> {
  const shared = await bodyOf(call, deps.contexts);
  if (!Array.isArray(shared.json) || shared.json.length === 0) {
    throw new Problem('bad-data', 'a batch is an array of at least one item');
  }
  const items: unknown[] = shared.json;
  if (items.length > itemsMax)
    throw new Problem('too-large', `a batch holds at most ${itemsMax} items, not ${items.length}`);
  const empty = items.indexOf(null);
  if (empty >= 0) throw new Problem('bad-data', 'null is no item of a batch', `[${empty}]`);
  const at = isoInstant(deps.now());
  const commands: Command[] = [];
  const faults: { id: string | undefined; problem: Problem }[] = [];
  for (const [n, item] of items.entries()) {
    try {
      const { json, context } = await itemContext(item, call, shared, deps.contexts);
      commands.push(commandOf(json, context, at));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      faults.push({ id: itemId(item), problem: placed(error, n) });
    }
  }
  const result = await deps.entities.runAll(call.who, call.tenant, commands, call.cause);
  return { ...result, failed: [...faults, ...result.failed] };
}

function itemId(item: unknown): string | undefined {
  const id = isObject(item) ? (item['id'] ?? item['@id']) : item;
  return typeof id === 'string' ? id : undefined;
}

const placed = ({ kind, message, field }: Problem, n: number): Problem =>
  // A whole request that is no entity is invalid; an item that is none is faulty data.
  new Problem(
    kind === 'invalid-request' ? 'bad-data' : kind,
    message,
    field === undefined ? `[${n}]` : `[${n}].${field}`,
  );
