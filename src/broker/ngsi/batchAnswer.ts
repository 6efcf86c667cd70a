import type { Log } from '../../base/log.ts';
import type { Problem } from '../../base/problem.ts';
import type { BatchResult } from '../entities.ts';
import type { Answer } from './call.ts';
import { ngsiError } from './errors.ts';

/** What a batch did, with the items that could not even be read: those may have no id. */
export type ItemResult = Omit<BatchResult, 'failed'> & {
  readonly failed: readonly { readonly id: string | undefined; readonly problem: Problem }[];
};

/**
 * What an operation on many entities answers: 207 with what held and what failed (5.2.16, 5.2.17) when something did.
 * @param done the answer when nothing failed
 */
export function batchAnswer(
  { created, changed, failed }: ItemResult,
  log: Log,
  done: Answer = { status: 204 },
): Answer {
  if (failed.length === 0) return done;
  const errors = failed.map(({ id, problem }) => ({
    ...(id !== undefined && { entityId: id }),
    error: ngsiError(problem, log),
  }));
  return { status: 207, body: { success: [...created, ...changed], errors } };
}
