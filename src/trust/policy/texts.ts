/** A file of policies, cut into its policies. */

export type PolicyText = {
  /** The policy with the comment right above it. */
  readonly text: string;
  /** Of its first character in the file, from 1. */
  readonly line: number;
};

/**
 * Cuts at each `;` that stands neither in a text nor in a comment. What is left after the last one is a policy too, a faulty
 * one, so that nothing in a file is passed over.
 */
export function cutPolicies(file: string): readonly PolicyText[] {
  const cut: PolicyText[] = [];
  let from = 0;
  const take = (to: number): void => {
    const part = file.slice(from, to);
    const [above = ''] = /^(?:[^\S\n]*(?:\/\/[^\n]*)?\n)*/.exec(part) ?? [];
    if (!/^\s*(\/\/[^\n]*)?$/.test(part.slice(above.length))) {
      const [apart = ''] = /^(?:[^]*\n)?[^\S\n]*\n/.exec(above) ?? [];
      cut.push({ text: part.slice(apart.length).trim(), line: lineAt(file, from + apart.length) });
    }
    from = to;
  };
  for (const { index, 0: token } of file.matchAll(/"(?:[^"\\]|\\[^])*"|\/\/[^\n]*|;/g))
    if (token === ';') take(index + 1);
  take(file.length);
  return cut;
}

/** Line of a place, from 1. */
export const lineAt = (text: string, place: number): number => text.slice(0, place).split('\n').length;
