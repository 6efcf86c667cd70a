import type { ComponentChildren, JSX } from 'preact';

/** From worst to nothing at all: triangle, diamond, tick, dot, dashed square. */
export type State = 'trouble' | 'warn' | 'good' | 'quiet' | 'none';

/** A state as shape, word and colour, in this order of weight. */
export function Status({ state, children }: { state: State; children: ComponentChildren }): JSX.Element {
  return (
    <span class={`st ${state}`}>
      <span>{children}</span>
    </span>
  );
}

/** A precise sentence in English behind words of the reader's language. */
export const Quoted = ({ text }: { text: string }): JSX.Element => (
  <small class="detail" lang="en">
    {text}
  </small>
);

/**
 * What happened, in the reader's words, and behind them the precise sentence in English as a quotation: it carries the
 * value and the place. A reader of English is given the sentence alone.
 */
export function WithDetail({
  language,
  words,
  detail,
}: {
  language: string;
  words: ComponentChildren;
  detail: string;
}): JSX.Element {
  if (language === 'en') return <>{detail}</>;
  return (
    <>
      {words} <Quoted text={detail} />
    </>
  );
}

/** The dashed word that marks what is simulated; survives a screenshot and a print. Shows nothing for real data. */
export function Simulated({ word, when = true }: { word: string; when?: boolean }): JSX.Element | null {
  return when ? <span class="sim">{word}</span> : null;
}
