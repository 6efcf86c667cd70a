/** The tours of `docs/examples/clients/`, cut where a comment names the operation that follows. The tests run them whole. */
import { readFileSync } from 'node:fs';

export const clientLanguages = ['curl', 'Python', 'TypeScript'] as const;
export type ClientLanguage = (typeof clientLanguages)[number];

export const tourFiles: Readonly<Record<ClientLanguage, string>> = {
  curl: 'tour.sh',
  Python: 'tour.py',
  TypeScript: 'tour.ts',
};
export const tourPath = (language: ClientLanguage): URL =>
  new URL(`../../docs/examples/clients/${tourFiles[language]}`, import.meta.url);

export type Tour = {
  readonly text: string;
  /** By operation; `begin` is what every other part needs before it. */
  readonly parts: ReadonlyMap<string, string>;
};

export function readTour(language: ClientLanguage): Tour {
  const text = readFileSync(tourPath(language), 'utf8');
  const parts = new Map<string, string>();
  for (const [, name = '', part = ''] of text.matchAll(
    /^(?:#|\/\/) \[(\w+)\]\n(.*?)(?=^(?:#|\/\/) \[\w+\]\n|(?![^]))/gms,
  )) {
    parts.set(name, part.trim());
  }
  return { text, parts };
}
