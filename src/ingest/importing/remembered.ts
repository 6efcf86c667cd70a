/** Column mappings stay with their source: who has imported once needs no mapping file again. */
import type { Clock } from '../../base/clock.ts';
import { Problem } from '../../base/problem.ts';
import type { Broker } from '../../broker/index.ts';
import { systemPrincipal } from '../../http/principal.ts';
import type { RowDelta, Rows, TableDefinition } from '../../store/ports.ts';
import { isFilePayload, type MappingFile } from '../mapping/index.ts';

export const rememberedTables: readonly TableDefinition[] = [
  { name: 'ingest_source', columns: { id: 'TEXT', declaration: 'TEXT', updated_at: 'INTEGER' }, key: ['id'] },
  {
    name: 'ingest_mapping',
    // `context` is the @context of the mapping file, `element` the element of its `mappings`; both JSON. A timetable needs
    // no mapping: its element is null.
    columns: { source: 'TEXT', payload: 'TEXT', context: 'TEXT', element: 'TEXT', updated_at: 'INTEGER' },
    key: ['source', 'payload'],
  },
];

export type Remembered = {
  /** By id of the source. */
  list(): Promise<readonly { readonly source: string; readonly payload: string; readonly updatedAt: number }[]>;
  /**
   * The source with its mappings for files, as a mapping file has them.
   * @throws Problem not-found (nothing is remembered of it), bad-data (no source is named, or the mapping no longer fits)
   */
  get(source: string | undefined): Promise<MappingFile>;
  /** Keeps the source and its mappings for files; those of the same kind of file are replaced. */
  put(mapping: MappingFile, source: string): Promise<void>;
};

/** @param parse checks and compiles a mapping file's JSON */
export function rememberedMappings(deps: {
  broker: Pick<Broker, 'record'>;
  rows: Rows;
  clock: Clock;
  parse: (bytes: Uint8Array, name: string) => MappingFile;
}): Remembered {
  const { broker, rows, clock, parse } = deps;
  return {
    async list() {
      const found = await rows.all('SELECT source, payload, updated_at FROM ingest_mapping ORDER BY source, payload');
      return found.map((row) => ({
        source: String(row['source']),
        payload: String(row['payload']),
        updatedAt: Number(row['updated_at']),
      }));
    },
    async get(source) {
      if (source === undefined) {
        throw new Problem(
          'bad-data',
          'name the source, or give a mapping file: how are the columns to be read?',
          'source',
        );
      }
      const declared = await rows.get('SELECT declaration FROM ingest_source WHERE id = ?', [source]);
      const mappings = await rows.all('SELECT context, element FROM ingest_mapping WHERE source = ?', [source]);
      if (!declared || mappings.length === 0) {
        throw new Problem(
          'not-found',
          `no mapping is remembered of source ${source.slice(0, 80)}; give a mapping file`,
          'source',
        );
      }
      // One by one: each was written in a file of its own, with names of its own.
      const files = mappings.map(({ context, element }) => {
        const named = JSON.parse(String(context)) as unknown;
        const file = {
          ...(named !== null && { '@context': named }),
          sources: [JSON.parse(String(declared['declaration'])) as unknown],
          mappings: element === 'null' ? [] : [JSON.parse(String(element)) as unknown],
        };
        return parse(Buffer.from(JSON.stringify(file)), `the remembered mapping of ${source}`);
      });
      const sources = files[0]?.sources ?? [];
      return { sources, mappings: files.flatMap((file) => file.mappings), feeds: [] };
    },
    async put({ sources, mappings }, source) {
      const updated_at = clock.now();
      const own = mappings.filter((mapping) => mapping.source === source && isFilePayload(mapping.payload));
      const [first] = own;
      const timetable = sources.find(({ id, kind }) => id === source && kind === 'gtfs');
      if (!first && !timetable) return;
      const declaration = JSON.stringify(first ? first.raw.source : timetable);
      await broker.record(systemPrincipal, 0, [], { by: 'import', source }, [
        { table: 'ingest_source', key: { id: source }, row: { declaration, updated_at } },
        ...(timetable
          ? [
              {
                table: 'ingest_mapping',
                key: { source, payload: 'gtfs' },
                row: { context: 'null', element: 'null', updated_at },
              },
            ]
          : []),
        ...own.map(({ payload, raw }): RowDelta => ({
          table: 'ingest_mapping',
          key: { source, payload },
          row: { context: JSON.stringify(raw.context ?? null), element: JSON.stringify(raw.element), updated_at },
        })),
      ]);
    },
  };
}
