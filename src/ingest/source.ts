import { Problem } from '../base/problem.ts';
import type { LawPack } from '../city/profile.ts';
import type { Source } from './schema.ts';

/** The sources that this city has declared. Nothing is taken from a source that is not here. */
export type Sources = {
  /**
   * Adds a source; declaring the same one again replaces its words.
   * @throws Problem forbidden when it takes readings of single households and the law pack does not allow them
   */
  declare(source: Source): void;
  /** @throws Problem not-found */
  get(id: string): Source;
  find(id: string): Source | undefined;
  /** In the order of declaration. */
  list(): readonly Source[];
};

export function sourceRegistry(lawPack: LawPack): Sources {
  const sources = new Map<string, Source>();
  return {
    declare(source) {
      if (source.personal === 'household' && !lawPack.householdReadings) {
        throw new Problem(
          'forbidden',
          `source ${source.id} takes readings of single households; the law pack of ${lawPack.country} does not allow them`,
          'personal',
        );
      }
      const known = sources.get(source.id);
      if (known && known.simulated !== source.simulated) {
        throw new Problem(
          'conflict',
          `source ${source.id} is declared as ${known.simulated ? 'simulated' : 'measured'} and cannot become the other`,
          'simulated',
        );
      }
      sources.set(source.id, source);
    },
    get(id) {
      const source = sources.get(id);
      if (!source) throw new Problem('not-found', `no source is declared as "${id.slice(0, 80)}"`, 'source');
      return source;
    },
    find: (id) => sources.get(id),
    list: () => [...sources.values()],
  };
}
