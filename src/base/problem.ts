/**
 * The one closed set of expected failures. A rule throws a Problem; `http/` maps it to RFC 9457, a standard with its
 * own body (NGSI-LD, Open311) encodes it at its own edge. Anything else that is thrown is a bug.
 */

/** kind -> HTTP status and English title. A kind's words in seven languages stand in the message catalogues. */
export const problemKinds = {
  'invalid-request': { status: 400, title: 'Invalid request' },
  'bad-data': { status: 400, title: 'Bad request data' },
  unauthorized: { status: 401, title: 'Not signed in' },
  forbidden: { status: 403, title: 'Not allowed' },
  'too-complex': { status: 403, title: 'Query too complex' },
  'too-many-results': { status: 403, title: 'Too many results' },
  'not-found': { status: 404, title: 'Not found' },
  'unknown-tenant': { status: 404, title: 'Unknown tenant' },
  'method-not-allowed': { status: 405, title: 'Method not allowed' },
  'not-acceptable': { status: 406, title: 'Not acceptable' },
  'already-exists': { status: 409, title: 'Already exists' },
  conflict: { status: 409, title: 'Conflict' },
  'length-required': { status: 411, title: 'Length required' },
  'too-large': { status: 413, title: 'Too large' },
  'unsupported-media-type': { status: 415, title: 'Unsupported media type' },
  'not-supported': { status: 422, title: 'Operation not supported' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  'not-multi-tenant': { status: 501, title: 'No support for several tenants' },
  internal: { status: 500, title: 'Internal error' },
  unreachable: { status: 502, title: 'Another server gave no usable answer' },
  overloaded: { status: 503, title: 'Overloaded, try again' },
  'context-unavailable': { status: 504, title: 'JSON-LD context not available' },
} as const;

export type ProblemKind = keyof typeof problemKinds;

export class Problem extends Error {
  readonly kind: ProblemKind;
  /** Where in the input: a dotted path (`temperature.value`), a byte position (`byte 120`) or `row 7, column unit`. */
  readonly field: string | undefined;

  /**
   * @param detail English, for whoever reads the API answer; names what was found and what was wanted
   * @param field  where in the input
   */
  constructor(kind: ProblemKind, detail: string, field?: string) {
    super(detail);
    this.name = 'Problem';
    this.kind = kind;
    this.field = field;
  }

  get status(): number {
    return problemKinds[this.kind].status;
  }

  get title(): string {
    return problemKinds[this.kind].title;
  }
}

/** Fails when an invariant of the program is broken: a bug, never a user's mistake. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`invariant broken: ${message}`);
}
