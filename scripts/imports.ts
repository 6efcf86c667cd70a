/** Reads what a source file imports, from its syntax tree: several lines, `import type`, `import()`, worker URLs. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { parseSync } from 'oxc-parser';

export type Import = {
  /** As written: `node:fs`, `hono/jsx`, `../base/problem.ts`. */
  readonly specifier: string;
  /** Path from the repository's root for a relative one. */
  readonly file: string | undefined;
  /** Nothing of it is there when the program runs. */
  readonly typeOnly: boolean;
  readonly line: number;
};

export type Source = { readonly path: string; readonly text: string; readonly imports: readonly Import[] };

/** Every .ts, .tsx and .mjs file below the folders, as paths from the repository's root, in order. */
export function sourcePaths(root: string, folders: readonly string[]): string[] {
  return folders
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`),
    )
    .filter((path) => /\.(ts|tsx|mjs)$/.test(path))
    .sort();
}

export function readSource(root: string, path: string): Source {
  const text = readFileSync(join(root, path), 'utf8');
  return { path, text, imports: importsOf(path, text) };
}

/** @throws Error naming the file when it does not parse */
export function importsOf(path: string, text: string): Import[] {
  const { module, errors } = parseSync(path, text);
  const error = errors.find(({ severity }) => severity.valueOf() === 'Error');
  if (error) throw new Error(`${path}: ${error.message}`);
  const found: Import[] = [];
  const add = (specifier: string, typeOnly: boolean, offset: number) => {
    const file = specifier.startsWith('.') ? normalize(join(dirname(path), specifier)) : undefined;
    found.push({ specifier, file, typeOnly, line: text.slice(0, offset).split('\n').length });
  };
  for (const { moduleRequest, entries, start } of module.staticImports) {
    add(moduleRequest.value, entries.length > 0 && entries.every(({ isType }) => isType), start);
  }
  for (const { entries, start } of module.staticExports) {
    const from = entries.find(({ moduleRequest }) => moduleRequest)?.moduleRequest;
    if (from)
      add(
        from.value,
        entries.every(({ isType }) => isType),
        start,
      );
  }
  for (const { moduleRequest, start } of module.dynamicImports) {
    const literal = /^(['"`])([^$]*)\1$/.exec(text.slice(moduleRequest.start, moduleRequest.end))?.[2];
    if (literal !== undefined) add(literal, false, start);
  }
  // A worker or a file beside the source is named by its URL; it belongs to the program all the same.
  for (const match of text.matchAll(
    /new URL\(\s*(['"])(\.{1,2}\/[^'"]+\.(?:ts|tsx|mjs))\1,\s*import\.meta\.url,?\s*\)/g,
  )) {
    add(match[2] ?? '', false, match.index);
  }
  return found;
}
