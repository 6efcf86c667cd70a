/** Thrown inside this file only: the place where a text stops being JSON. */
class SyntaxAt extends Error {
  readonly line: number;
  constructor(line: number) {
    super('not JSON');
    this.line = line;
  }
}

export type Lines = {
  /** In which line each value begins, by path (`mappings[0].entity.id`); of members of one name that of the last. */
  readonly of: ReadonlyMap<string, number>;
  /** Members whose name stands twice in their object. */
  readonly repeated: readonly { readonly path: string; readonly first: number }[];
};

/** Where the values of a JSON document stand. Only for error messages: the values themselves are read by JSON.parse. */
export function linesOf(text: string): Lines {
  const lines = new Map<string, number>();
  const repeated: { path: string; first: number }[] = [];
  let line = 1;
  let at = 0;
  const literal = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
  const quoted = /"(?:[^"\\\n]|\\.)*"/y;
  const fail = (): never => {
    throw new SyntaxAt(line);
  };
  const match = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0] ?? fail();
    at += found.length;
    return found;
  };
  const blank = (): string => {
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === 10) line++;
      else if (code !== 32 && code !== 9 && code !== 13) break;
    }
    return text.charAt(at);
  };
  const value = (path: string): void => {
    const open = blank();
    lines.set(path, line);
    if (open === '"') match(quoted);
    else if (open !== '{' && open !== '[') match(literal);
    else {
      const close = open === '{' ? '}' : ']';
      at++;
      for (let index = 0; blank() !== close || index > 0; index++) {
        if (open === '[') value(`${path}[${index}]`);
        else {
          blank();
          const key = match(quoted);
          if (blank() !== ':') fail();
          at++;
          const member = memberPath(path, key.includes('\\') ? String(JSON.parse(key)) : key.slice(1, -1));
          const first = lines.get(member);
          if (first !== undefined) repeated.push({ path: member, first });
          value(member);
        }
        const next = blank();
        if (next === close) break;
        if (next !== ',') fail();
        at++;
      }
      at++;
    }
  };
  value('');
  if (blank() !== '') fail();
  return { of: lines, repeated };
}

/** The line in which a text stops being JSON; undefined when it is JSON. */
export function syntaxErrorLine(text: string): number | undefined {
  try {
    linesOf(text);
    return undefined;
  } catch (error) {
    return error instanceof SyntaxAt ? error.line : undefined;
  }
}

/** `a` + `b` = `a.b`; a key that is not a plain word is quoted: `a["b c"]`. */
export function memberPath(path: string, key: string): string {
  if (!/^[\w@-]+$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === '' ? key : `${path}.${key}`;
}
