import type { JSX } from 'preact';
import { Problem } from '../../../base/problem.ts';
import { type PageContent, problemWords, type Reader, WithDetail } from '../../../ui/index.ts';
import { identityWords } from './messages/index.ts';

/** Stands above a form whose answers were refused. */
function Refusal({ problem, reader }: { problem: Problem | undefined; reader: Reader }): JSX.Element | null {
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

/** A page of a form: its heading, what it is for, and above the rest what was refused. */
export function formPage(
  reader: Reader,
  {
    title,
    section,
    lede,
    above,
    problem,
    main,
  }: {
    title: string;
    section: string;
    lede?: string;
    /** Above the heading. */
    above?: JSX.Element;
    problem: Problem | undefined;
    main: JSX.Element;
  },
): PageContent {
  return {
    title,
    section,
    ...(problem && { status: 400 as const }),
    main: (
      <>
        {above}
        <h1>{title}</h1>
        {lede !== undefined && <p class="lede">{lede}</p>}
        <Refusal problem={problem} reader={reader} />
        {main}
      </>
    ),
  };
}

/** What was filled in is wrong: it is said on the page. Anything else goes on. @throws whatever is no such Problem */
export function refusedInput(error: unknown): Problem {
  const kinds = ['bad-data', 'already-exists', 'conflict', 'forbidden'];
  if (error instanceof Problem && kinds.includes(error.kind)) return error;
  throw error;
}
