import type { Entity } from '../../ngsild/index.ts';
import { inOneLanguage, nameOf } from './view.ts';
import type { Words } from '../../ui/index.ts';
import { coreContext } from '../../ngsild/index.ts';

const nameIri = coreContext.expand('name');
/** About 10 MB of names. */
const namesMax = 50_000;

/** Names of entities met before, for the live stream, which cannot wait for a look into the store. */
export type Names = {
  readonly remember: (entities: readonly Entity[]) => void;
  readonly of: (id: string, language: string) => string | undefined;
};

export function createNames(ask: (id: string) => Promise<Entity | undefined>): Names {
  const words = new Map<string, Words | undefined>();
  const remember = (entities: readonly Entity[]): void => {
    for (const entity of entities) {
      if (words.size >= namesMax) return;
      const name = entity.attrs[nameIri]?.[0];
      const isMap = name?.type === 'LanguageProperty';
      words.set(entity.id, isMap ? (name.value as Words) : { en: nameOf(entity, 'en').text });
    }
  };
  return {
    remember,
    of: (id, language) => {
      const known = words.get(id);
      if (known) return inOneLanguage(known, language).text;
      if (!words.has(id) && words.size < namesMax) {
        // Asked once; the next change of this entity has its name.
        words.set(id, undefined);
        ask(id).then(
          (entity) => entity && remember([entity]),
          () => words.delete(id),
        );
      }
      return undefined;
    },
  };
}
