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

/** The dashed word that marks what is simulated; survives a screenshot and a print. Shows nothing for real data. */
export function Simulated({ word, when = true }: { word: string; when?: boolean }): JSX.Element | null {
  return when ? <span class="sim">{word}</span> : null;
}
