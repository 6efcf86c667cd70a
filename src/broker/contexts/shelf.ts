/** The @contexts that are kept, as rows: what clients added, what was made for them, what was downloaded. */
import { Problem } from '../../base/problem.ts';
import type { Validators } from '../../http/index.ts';
import type { ContextDocument } from '../../ngsild/index.ts';
import type { RowDelta, Rows, SqlValue, TableDefinition } from '../../store/ports.ts';
import type { Writer } from '../../store/writer.ts';

/** 5.13.1. */
export const contextKinds = ['Cached', 'Hosted', 'ImplicitlyCreated'] as const;
export type ContextKind = (typeof contextKinds)[number];

/** What is known of a kept @context without its document. Instants in ms. */
export type Shelved = {
  /** Its local identifier, a URI. */
  readonly id: string;
  readonly kind: ContextKind;
  /** Where a Cached one comes from. */
  readonly url?: string;
  readonly createdAt: number;
  /** A Cached one is asked for again from then on. */
  readonly expiresAt?: number;
  readonly validators: Validators;
  /** Of the document, to find an ImplicitlyCreated one again. */
  readonly digest: string;
  /** Characters of the document. */
  readonly size: number;
};

export const contextTable: TableDefinition = {
  name: 'broker_context',
  columns: {
    id: 'TEXT',
    kind: 'TEXT',
    url: 'TEXT',
    document: 'TEXT',
    created_at: 'INTEGER',
    expires_at: 'INTEGER',
    etag: 'TEXT',
    last_modified: 'TEXT',
    digest: 'TEXT',
    size: 'INTEGER',
  },
  key: ['id'],
};

export type Shelf = {
  list(): Promise<Shelved[]>;
  /** @throws Problem not-found */
  read(id: string): Promise<ContextDocument>;
  /** Durable when resolved; one record, also for those that leave to make room. */
  put(item: Shelved, document: string, leaving?: readonly Shelved[]): Promise<void>;
  remove(id: string): Promise<void>;
};

export function openShelf(deps: { writer: Writer; rows: Rows }): Shelf {
  const { writer, rows } = deps;
  const commit = async (changes: readonly RowDelta[]): Promise<void> => {
    await writer.commit({ tenant: 0, cause: { by: 'http' }, entities: [], rows: changes });
  };
  const gone = (id: string): RowDelta => ({ table: contextTable.name, key: { id }, row: null });
  const put: Shelf['put'] = (item, document, leaving = []) =>
    commit([
      ...leaving.map(({ id }) => gone(id)),
      { table: contextTable.name, key: { id: item.id }, row: rowOf(item, document) },
    ]);
  return {
    async list() {
      const columns = Object.keys(contextTable.columns).filter((column) => column !== 'document');
      return (await rows.all(`SELECT ${columns.join(', ')} FROM broker_context ORDER BY created_at, id`)).map(
        shelvedOf,
      );
    },
    async read(id) {
      const row = await rows.get('SELECT document FROM broker_context WHERE id = ?', [id]);
      if (!row) throw new Problem('not-found', `there is no @context ${id}`);
      return JSON.parse(String(row['document'])) as ContextDocument;
    },
    put,
    remove: (id) => commit([gone(id)]),
  };
}

const rowOf = (item: Shelved, document: string): Record<string, SqlValue> => ({
  kind: item.kind,
  url: item.url ?? null,
  document,
  created_at: item.createdAt,
  expires_at: item.expiresAt ?? null,
  etag: item.validators.etag ?? null,
  last_modified: item.validators.lastModified ?? null,
  digest: item.digest,
  size: item.size,
});

function shelvedOf(row: Readonly<Record<string, SqlValue>>): Shelved {
  const text = (column: string): string | undefined => (row[column] === null ? undefined : String(row[column]));
  const [url, etag, lastModified] = [text('url'), text('etag'), text('last_modified')];
  return {
    id: String(row['id']),
    kind: contextKinds.find((kind) => kind === row['kind']) ?? 'Hosted',
    createdAt: Number(row['created_at']),
    digest: String(row['digest']),
    size: Number(row['size']),
    validators: { ...(etag !== undefined && { etag }), ...(lastModified !== undefined && { lastModified }) },
    ...(url !== undefined && { url }),
    ...(row['expires_at'] !== null && { expiresAt: Number(row['expires_at']) }),
  };
}
