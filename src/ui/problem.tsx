import type { JSX } from 'preact';
import type { Problem } from '../base/problem.ts';
import { uiWords } from './messages/index.ts';
import { problemWords } from './messages/problems/index.ts';
import type { Reader } from './site.tsx';

/** What a reader sees when something did not work: what happened, where, and a way on. */
export function ProblemBody({ reader, problem }: { reader: Reader; problem: Problem }): JSX.Element {
  const t = uiWords(reader.language);
  return (
    <>
      <p class="kicker">
        {t('wentWrong')} · {problem.status}
      </p>
      <h1>{problemWords(reader.language)(problem.kind)}</h1>
      <p class="note">
        {reader.language !== 'en' && `${t('technical')}: `}
        <code lang="en">
          {problem.message}
          {problem.field === undefined ? '' : ` (${problem.field})`}
        </code>
      </p>
      <p class="more">
        <a href={reader.to('/')}>{t('toHome')}</a>
      </p>
    </>
  );
}
