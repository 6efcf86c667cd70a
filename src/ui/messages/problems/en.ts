import type { ProblemKind } from '../../../base/problem.ts';
import type { Messages } from '../../catalogue.ts';

/** Native review: none. */
export const en: Messages<ProblemKind> = {
  'invalid-request': 'The request could not be understood.',
  'bad-data': 'The data are not right.',
  unauthorized: 'Please sign in first.',
  forbidden: 'You are not allowed to do this.',
  'too-complex': 'The question is too complex. Ask for less at a time.',
  'too-many-results': 'There are too many results. Narrow the question.',
  'not-found': 'There is nothing at this address.',
  'unknown-tenant': 'This tenant does not exist.',
  'method-not-allowed': 'This cannot be done here.',
  'not-acceptable': 'The answer is not available in the form asked for.',
  'already-exists': 'It exists already.',
  conflict: 'This does not fit what is there now. Look again, then repeat.',
  'length-required': 'The length of the message is missing.',
  'too-large': 'It is too large.',
  'unsupported-media-type': 'This kind of file or message is not understood.',
  'not-supported': 'This is not supported.',
  'too-many-requests': 'Too many tries. Please wait a little.',
  'not-multi-tenant': 'This city has one set of data. There are no others to choose from.',
  internal: 'An error on our side. It has been recorded.',
  unreachable: 'Another server gave no usable answer.',
  overloaded: 'Too much is happening at once. Please try again shortly.',
  'context-unavailable': 'A vocabulary that this needs cannot be reached.',
};
