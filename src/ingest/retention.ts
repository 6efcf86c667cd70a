import type { Source } from './schema.ts';

/** Which types each source has given values of, and what follows from it for how long they are kept. */
export type Retention = {
  /** Notes that a source gave a value of an entity with these types (IRIs). */
  note(source: string, types: readonly string[]): void;
  /**
   * One rule per type: where several sources give the same type, the longest of their retentions holds, and a source that
   * keeps for good wins over all. Types that no mapping names and no source has given since the start have no rule:
   * nothing of them goes.
   */
  rules(): readonly { readonly type: string; readonly days: number | null }[];
};

export function retentionOf(sources: () => readonly Source[]): Retention {
  const givers = new Map<string, Set<string>>();
  return {
    note(source, types) {
      for (const type of types) {
        const known = givers.get(type);
        if (known) known.add(source);
        else givers.set(type, new Set([source]));
      }
    },
    rules() {
      const days = new Map(sources().map(({ id, retentionDays }) => [id, retentionDays]));
      return [...givers].map(([type, by]) => {
        let longest: number | null = 0;
        for (const source of by) {
          const own: number | null = days.get(source) ?? null;
          longest = own === null || longest === null ? null : Math.max(longest, own);
        }
        return { type, days: longest };
      });
    },
  };
}
