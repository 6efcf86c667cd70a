import { readFileSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { isObject } from '../../base/json.ts';
import { Problem } from '../../base/problem.ts';
import { coreDocument, modelDocument, type ContextDocument } from '../../ngsild/index.ts';

/** Contexts that need no network: pinned to files by the operator, and those that come with the program. */
export type Library = {
  /** A pinned document goes before a bundled one. */
  find(url: string): ContextDocument | undefined;
  /** Reads the file of a pinned URL again. @throws Problem context-unavailable; the old document then stays */
  reread(url: string): void;
};

/**
 * @param pinned a directory with an `index.json` of `{ "<url>": "<file>" }`, or such a file itself; without an index,
 *               a file stands for every URL that ends in its name
 * @throws Problem invalid-request naming the file that cannot be read or is no @context
 */
export function openLibrary(pinned?: string): Library {
  const { byUrl, byName } = pinned === undefined ? nothing : readIndex(pinned);
  const documents = new Map<string, ContextDocument>();
  for (const file of [...byUrl.values(), ...byName.values()]) documents.set(file, readContext(file));
  const fileOf = (url: string): string | undefined =>
    byUrl.get(url) ?? (byName.size > 0 ? byName.get(basename(URL.parse(url)?.pathname ?? '')) : undefined);
  return {
    find: (url) => documents.get(fileOf(url) ?? '') ?? coreDocument(url) ?? modelDocument(url),
    reread(url) {
      const file = fileOf(url);
      if (file === undefined) return;
      try {
        documents.set(file, readContext(file));
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        throw new Problem('context-unavailable', error.message);
      }
    },
  };
}

type Pins = { readonly byUrl: ReadonlyMap<string, string>; readonly byName: ReadonlyMap<string, string> };
const nothing: Pins = { byUrl: new Map(), byName: new Map() };

function readIndex(path: string): Pins {
  const index = statSync(path).isDirectory() ? join(path, 'index.json') : path;
  const directory = dirname(index);
  let entries: unknown;
  try {
    entries = readJson(index);
  } catch (error) {
    if (!(error instanceof Problem) || index === path) throw error;
    const files = readdirSync(directory).filter((file) => ['.jsonld', '.json'].includes(extname(file)));
    return { ...nothing, byName: new Map(files.map((file) => [file, join(directory, file)])) };
  }
  if (!isObject(entries)) throw new Problem('invalid-request', `${index} is not an object of "url": "file"`);
  const byUrl = new Map<string, string>();
  for (const [url, file] of Object.entries(entries)) {
    if (!URL.canParse(url) || typeof file !== 'string') {
      throw new Problem('invalid-request', `${index}: "${url}" has to be a URL that names a file`);
    }
    byUrl.set(url, resolve(directory, file));
  }
  return { ...nothing, byUrl };
}

function readContext(file: string): ContextDocument {
  const document = readJson(file);
  if (!isObject(document) || !('@context' in document)) {
    throw new Problem('invalid-request', `${file} has no @context`);
  }
  return { '@context': document['@context'] as ContextDocument['@context'] };
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Problem('invalid-request', `${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
