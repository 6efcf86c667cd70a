import type { Log } from '../base/log.ts';
import { Problem } from '../base/problem.ts';

/** RFC 9457. `field` is our extension: where in the input. */
export type ProblemDetails = { type: string; title: string; status: number; detail: string; field?: string };

/** Whoever asks too often may ask again after some seconds. */
export class TooOften extends Problem {
  readonly seconds: number;

  /** @param what English: too many of what, from whom */
  constructor(what: string, seconds: number) {
    const whole = Math.max(1, Math.ceil(seconds));
    super('too-many-requests', `${what}: try again in ${whole} s`);
    this.seconds = whole;
  }
}

/** The header that belongs to a failure (RFC 9110, 10.2.3 and 11.6.1). */
export function failureHeaders(failure: unknown): Record<string, string> {
  if (failure instanceof TooOften) return { 'retry-after': String(failure.seconds) };
  const needsProof = failure instanceof Problem && failure.kind === 'unauthorized';
  return needsProof ? { 'www-authenticate': 'Bearer realm="chorsu"' } : {};
}

/**
 * The one mapping of failures to what a client sees. Anything that is not a Problem is a bug: it is logged with its
 * stack, and the client learns no more than that.
 */
export function problemDetails(error: unknown, log: Log): ProblemDetails {
  if (error instanceof Problem) {
    return {
      type: `about:blank#${error.kind}`,
      title: error.title,
      status: error.status,
      detail: error.message,
      ...(error.field !== undefined && { field: error.field }),
    };
  }
  log.error('unexpected failure', { error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  return {
    type: 'about:blank#internal',
    title: 'Internal error',
    status: 500,
    detail: 'the server failed; the failure is logged',
  };
}
