/** What a view is to the doors: read once, shown as a page, as files and as JSON with the same numbers. */
import type { ApiRoute } from '../http/index.ts';
import type { City, PageContent, Reader, State } from '../ui/index.ts';
import type { CsvTable } from './csv.ts';
import type { Period } from './period.ts';
import type { Reads } from './series.ts';

export const viewNames = ['lighting', 'water', 'heat', 'air'] as const;
export type ViewName = (typeof viewNames)[number];

/** Which page or file is made, and for whom. */
export type Shown = { readonly city: City; readonly language: string };

/** Of the overview: one line. */
export type Now = { readonly state: State; readonly text: string; readonly simulated: boolean };

export type View<V> = {
  readonly name: ViewName;
  /** Names of its tables; the first is the one that is downloaded when none is named. */
  readonly tables: readonly [string, ...string[]];
  /** Parameters of the address besides those of the period. */
  readonly parameters: ApiRoute['parameters'] & {};
  /** @throws Problem bad-data (field = the parameter) */
  readonly read: (reads: Reads, city: City, period: Period, query: URLSearchParams) => Promise<V>;
  readonly page: (view: V, reader: Reader, city: City) => PageContent;
  readonly table: (view: V, name: string, shown: Shown) => CsvTable;
  readonly json: (view: V, shown: Shown) => Readonly<Record<string, unknown>>;
  readonly now: (view: V, shown: Shown & { readonly at: number }) => Now;
};

/** A view without the type of its numbers: what was read shows itself. */
export type Door = Pick<View<never>, 'name' | 'tables' | 'parameters'> & {
  readonly read: (...asked: Parameters<View<never>['read']>) => Promise<{
    readonly period: Period;
    readonly simulated: boolean;
    readonly page: (reader: Reader, city: City) => PageContent;
    readonly table: (name: string, shown: Shown) => CsvTable;
    readonly json: (shown: Shown) => Readonly<Record<string, unknown>>;
    readonly now: (shown: Shown & { readonly at: number }) => Now;
  }>;
};

export const doorOf = <V extends { readonly period: Period; readonly simulated: boolean }>(view: View<V>): Door => ({
  name: view.name,
  tables: view.tables,
  parameters: view.parameters,
  async read(...asked) {
    const seen = await view.read(...asked);
    return {
      period: seen.period,
      simulated: seen.simulated,
      page: (reader, city) => view.page(seen, reader, city),
      table: (name, shown) => view.table(seen, name, shown),
      json: (shown) => view.json(seen, shown),
      now: (shown) => view.now(seen, shown),
    };
  },
});
