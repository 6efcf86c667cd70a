import type { Log } from '../../base/log.ts';
import type { Problem } from '../../base/problem.ts';
import type { BatchResult } from '../entities.ts';
import type { Answer } from './call.ts';
import { ngsiError } from './errors.ts';

/** What a batch did, with the items that could not even be read: those may have no id. */
export type ItemResult = Omit<BatchResult, 'failed'> & {
  readonly failed: readonly { readonly id: string | undefined; readonly problem: Problem }[];
};

/** 207 with what held and what failed, 5.2.16 and 5.2.17. */
export function multiStatus({ created, changed, failed }: ItemResult, log: Log): Answer {
  const errors = failed.map(({ id, problem }) => ({
    ...(id !== undefined && { entityId: id }),
    error: ngsiError(problem, log),
  }));
  return { status: 207, body: { success: [...created, ...changed], errors } };
}
