import type { JSX } from 'preact';
import { Problem } from '../../../base/problem.ts';
import { problemWords, type Reader, WithDetail } from '../../../ui/index.ts';
import { identityWords } from './messages/index.ts';

/** Stands above a form whose answers were refused. */
export function Refusal({ problem, reader }: { problem: Problem | undefined; reader: Reader }): JSX.Element | null {
  if (!problem) return null;
  const { kind, message, field } = problem;
  return (
    <div class="errors" role="alert">
      <h2>{identityWords(reader.language)('refusedTitle')}</h2>
      <p>
        <WithDetail
          language={reader.language}
          words={problemWords(reader.language)(kind)}
          detail={`${message}${field === undefined ? '' : ` (${field})`}`}
        />
      </p>
    </div>
  );
}

/** What was filled in is wrong: it is said on the page. Anything else goes on. @throws whatever is no such Problem */
export function refusedInput(error: unknown): Problem {
  const kinds = ['bad-data', 'already-exists', 'conflict', 'forbidden'];
  if (error instanceof Problem && kinds.includes(error.kind)) return error;
  throw error;
}
