import type { JSX } from 'preact';

/** What is copied or read as it stands; a long line scrolls by itself, by keyboard too. */
export function Code({ label, text }: { label: string; text: string }): JSX.Element {
  return (
    <pre class="scroll" tabIndex={0} role="group" aria-label={label}>
      <code>{text}</code>
    </pre>
  );
}
