import type { JSX } from 'preact';

/** A code typed by hand; the browser may offer what a message or an app brought (HTML, autofill: one-time-code). */
export function CodeField({ label, help, wrong }: { label: string; help: string; wrong?: string }): JSX.Element {
  const described = wrong === undefined ? 'code-help' : 'code-help code-wrong';
  return (
    <div class={wrong === undefined ? 'field' : 'field bad'}>
      <label for="code">{label}</label>
      <p class="help" id="code-help">
        {help}
      </p>
      {wrong !== undefined && (
        <p class="wrong" id="code-wrong">
          {wrong}
        </p>
      )}
      <input
        id="code"
        name="code"
        type="text"
        autoComplete="one-time-code"
        autoCapitalize="characters"
        spellcheck={false}
        maxLength={40}
        required
        aria-describedby={described}
        aria-invalid={wrong === undefined ? undefined : true}
      />
    </div>
  );
}
