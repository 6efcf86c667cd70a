/** A compiled path into a payload: gives the value there, undefined when there is none. */
export type Getter = (payload: unknown) => unknown;

/**
 * Compiles a path: members by dots, list items by `[i]`, any other name quoted (`data.values[0]`, `["Raw Conc."]`).
 * Grammar: path = step *( "." name / "[" index "]" / "[" string "]" ); name = 1*( any but . [ ] ).
 * @returns undefined when the text is no path
 */
export function compilePath(text: string): Getter | undefined {
  const steps = parsePath(text);
  if (!steps) return undefined;
  const [first, second] = steps;
  // Nearly all paths have one or two steps; those need no loop.
  if (steps.length === 1 && first !== undefined) return (payload) => step(payload, first);
  if (steps.length === 2 && first !== undefined && second !== undefined) {
    return (payload) => step(step(payload, first), second);
  }
  return (payload) => {
    let at = payload;
    for (const key of steps) {
      at = step(at, key);
      if (at === undefined) return undefined;
    }
    return at;
  };
}

function step(at: unknown, key: string | number): unknown {
  if (typeof at !== 'object' || at === null) return undefined;
  if (typeof key === 'number') return Array.isArray(at) ? (at as unknown[])[key] : undefined;
  // Own members only: `constructor` in a path or a topic must not reach the prototype.
  return Object.hasOwn(at, key) ? (at as Record<string, unknown>)[key] : undefined;
}

/** @returns the steps (text = member, number = index), undefined when the text is no path */
export function parsePath(text: string): readonly (string | number)[] | undefined {
  const steps: (string | number)[] = [];
  const pattern = /\.?([^.[\]"]+)|\[(\d{1,6})\]|\[("(?:[^"\\]|\\.)*")\]/y;
  let dotAllowed = false;
  for (let at = 0; at < text.length; at = pattern.lastIndex) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (!match || (match[1] !== undefined && match[0].startsWith('.') !== dotAllowed)) return undefined;
    if (match[1] !== undefined) steps.push(match[1]);
    else if (match[2] !== undefined) steps.push(Number(match[2]));
    else {
      try {
        steps.push(String(JSON.parse(match[3] ?? '')));
      } catch {
        return undefined;
      }
    }
    dotAllowed = true;
  }
  return steps.length > 0 ? steps : undefined;
}
