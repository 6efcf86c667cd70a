/** Keeps the repository tidy: words that must not stand anywhere, files nobody needs, links that lead nowhere, size. */
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readSource, sourcePaths, type Source } from './imports.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
/** The list of words and the ratchet; itself not read for words. */
const settingsFile = 'scripts/tidy.json';
type Settings = {
  /** Lines of the longest source; `--ratchet` writes the present figure, which may only be lower. */
  longestLines: number;
  readonly bannedWords: readonly { readonly pattern: string; readonly why: string }[];
  readonly bannedNames: string;
};
const settings = JSON.parse(readFileSync(join(root, settingsFile), 'utf8')) as Settings;
const bannedWords = settings.bannedWords.map(({ pattern, why }) => ({ word: new RegExp(pattern), why }));
const bannedNames = new RegExp(settings.bannedNames);

const text = /\.(ts|tsx|mjs|md|json|css|html|sh|csv|geojson)$/;
const leftOut = /^(node_modules|\.git|data|tmp|coverage)(\/|$)|^package-lock\.json$|\/node_modules\//;
/** Tables, catalogues and data may be long. */
const mayBeLong = /\.(test|contract)\.tsx?$|\/(locales|messages|fixtures)\/|\.(json|geojson)$/;

/** Everything in the repository that is text, as paths from its root. */
function textPaths(): string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter(
      (path) =>
        !leftOut.test(path) && path !== settingsFile && (text.test(path) || path === '.ci/run' || path === 'LICENSE'),
    )
    .filter((path) => statSync(join(root, path)).isFile())
    .sort();
}

export function wordFaults(path: string, content: string): string[] {
  const faults: string[] = [];
  content.split('\n').forEach((line, index) => {
    for (const { word, why } of bannedWords) {
      if (word.test(line)) faults.push(`${path}:${index + 1} "${word.exec(line)?.[0].trim()}": ${why}`);
    }
  });
  if (bannedNames.test(basename(path))) faults.push(`${path}: a file is named after the thing it holds`);
  return faults;
}

/** Sources that no program, worker, test or script reaches by an import. Tests, islands and commands are where one begins. */
export function orphans(sources: readonly Source[]): string[] {
  const begins = (path: string): boolean =>
    /\.(test|island)\.tsx?$/.test(path) || /^src\/(main|tsx)\.ts$/.test(path) || /^(scripts|bench)\/[^/]+$/.test(path);
  const imported = new Set(
    sources.flatMap(({ path, imports }) => imports.map(({ file }) => file).filter((file) => file !== path)),
  );
  // A program of its own is named where it is started, or says itself how: `node test/fixtures/make-directory.ts`.
  const started = (path: string): boolean =>
    sources.some(({ path: by, text }) => text.includes(by === path ? `node ${path}` : `${basename(path)}'`));
  return sources
    .map(({ path }) => path)
    .filter((path) => !imported.has(path) && !begins(path) && !started(path))
    .map((path) => `${path}: nobody imports it`);
}

/** Relative links of a Markdown file to files that are not there. */
export function linkFaults(
  path: string,
  content: string,
  exists = (file: string) => existsSync(join(root, file)),
): string[] {
  const faults: string[] = [];
  const outsideCode = content.replaceAll(/```[\s\S]*?```/g, '').replaceAll(/`[^`\n]*`/g, '');
  for (const [, target = ''] of outsideCode.matchAll(/\]\(\s*<?([^)\s>]+)>?[^)]*\)/g)) {
    if (/^([a-z][a-z0-9+.-]*:|#)/i.test(target)) continue;
    const file = normalize(join(dirname(path), decodeURI(target.replace(/[#?].*$/, ''))));
    if (!exists(file)) faults.push(`${path}: the link ${target} leads nowhere`);
  }
  return faults;
}

/** Lines per source file, longest first. */
export function lengths(sources: readonly Source[]): { path: string; lines: number }[] {
  return sources
    .filter(({ path }) => !mayBeLong.test(path))
    .map(({ path, text: content }) => ({ path, lines: content.split('\n').length - 1 }))
    .sort((a, b) => b.lines - a.lines || (a.path < b.path ? -1 : 1));
}

if (import.meta.main) {
  const sources = sourcePaths(
    root,
    ['src', 'test', 'bench', 'scripts'].filter((folder) => existsSync(join(root, folder))),
  ).map((path) => readSource(root, path));
  const faults = orphans(sources);
  for (const path of textPaths()) {
    const content = readFileSync(join(root, path), 'utf8');
    faults.push(...wordFaults(path, content));
    if (path.endsWith('.md')) faults.push(...linkFaults(path, content));
  }
  const longest = lengths(sources).slice(0, 10);
  for (const { path, lines } of longest) process.stdout.write(`${String(lines).padStart(5)} ${path}\n`);

  const now = longest[0]?.lines ?? 0;
  if (now > settings.longestLines) {
    faults.push(
      `${longest[0]?.path} has ${now} lines; the longest may have ${settings.longestLines}: is it two nouns?`,
    );
  } else if (process.argv.includes('--ratchet')) {
    writeFileSync(join(root, settingsFile), `${JSON.stringify({ ...settings, longestLines: now }, null, 2)}\n`);
  }
  for (const fault of faults) process.stdout.write(`${fault}\n`);
  process.exitCode = faults.length > 0 || sources.length === 0 ? 1 : 0;
}
