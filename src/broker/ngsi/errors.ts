import type { Log } from '../../base/log.ts';
import { Problem, type ProblemKind } from '../../base/problem.ts';
import { problemDetails } from '../../http/index.ts';

/** Error types of the standard, 5.5.2 and 6.3.2, by our kinds. Kinds that are not here are plain HTTP failures. */
const names: Partial<Record<ProblemKind, string>> = {
  'invalid-request': 'InvalidRequest',
  'bad-data': 'BadRequestData',
  'too-complex': 'TooComplexQuery',
  'too-many-results': 'TooManyResults',
  'not-found': 'ResourceNotFound',
  'unknown-tenant': 'NonexistentTenant',
  'already-exists': 'AlreadyExists',
  conflict: 'Conflict',
  'not-supported': 'OperationNotSupported',
  internal: 'InternalError',
  'not-multi-tenant': 'NoMultiTenantSupport',
  'context-unavailable': 'LdContextNotAvailable',
};

export type NgsiError = { type: string; title: string; status: number; detail: string; field?: string };

/** The standard's error body, 5.5.3. */
export function ngsiError(error: unknown, log: Log): NgsiError {
  const details = problemDetails(error, log);
  const kind = error instanceof Problem ? error.kind : 'internal';
  const name = names[kind];
  return { ...details, type: name ? `https://uri.etsi.org/ngsi-ld/errors/${name}` : 'about:blank' };
}
