import { readFileSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { isObject } from '../base/json.ts';
import { Problem } from '../base/problem.ts';
import { compileContext, coreContextUrl, type Context } from '../ngsild/index.ts';
import type { Json } from '../ngsild/entity.ts';

/** The @context documents that this process knows: the bundled core contexts and what `--contexts` pins to files. */
export type Contexts = {
  /** The core context alone. */
  readonly core: Context;
  /**
   * Compiles an @context as it stands in a body (URL, object, or array of them) or a Link header. Compiled once.
   * @throws Problem context-unavailable (a URL that is neither bundled nor pinned), bad-data (not a valid @context)
   */
  of(value: Json): Context | Promise<Context>;
};

/** Inline contexts come from clients: only so many compiled ones are kept. */
const compiledMax = 500;

/**
 * @param pinned a directory with an `index.json` of `{ "<url>": "<file>" }`, or such a file itself; without an index,
 *               a file stands for every URL that ends in its name
 * @throws Problem invalid-request naming the file that cannot be read or is no @context
 */
export function openContexts(pinned?: string): Contexts {
  const documents = new Map<string, Json>();
  const byName = new Map<string, Json>();
  if (pinned !== undefined) readPinned(pinned, documents, byName);
  const load = (url: string): Json | undefined =>
    documents.get(url) ?? (URL.canParse(url) ? byName.get(basename(new URL(url).pathname)) : undefined);
  const compiled = new Map<string, Context>();
  const of = (value: Json): Context => {
    const key = typeof value === 'string' ? value : JSON.stringify(value);
    const known = compiled.get(key);
    if (known) return known;
    const context = compileContext(value, load);
    if (compiled.size >= compiledMax) compiled.delete(compiled.keys().next().value ?? '');
    compiled.set(key, context);
    return context;
  };
  return { core: compileContext(coreContextUrl, load), of };
}

function readPinned(path: string, documents: Map<string, Json>, byName: Map<string, Json>): void {
  const index = statSync(path).isDirectory() ? join(path, 'index.json') : path;
  const directory = dirname(index);
  let entries: unknown;
  try {
    entries = readJson(index);
  } catch (error) {
    if (!(error instanceof Problem) || index === path) throw error;
    for (const file of readdirSync(directory)) {
      if (extname(file) === '.jsonld' || extname(file) === '.json') byName.set(file, readJson(join(directory, file)));
    }
    return;
  }
  if (!isObject(entries)) throw new Problem('invalid-request', `${index} is not an object of "url": "file"`);
  for (const [url, file] of Object.entries(entries)) {
    if (!URL.canParse(url) || typeof file !== 'string') {
      throw new Problem('invalid-request', `${index}: "${url}" has to be a URL that names a file`);
    }
    documents.set(url, readJson(resolve(directory, file)));
  }
}

function readJson(file: string): Json {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Json;
  } catch (error) {
    throw new Problem('invalid-request', `${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
