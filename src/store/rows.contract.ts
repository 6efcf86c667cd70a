/** What every adapter of the Rows port must do: SQL that SQLite and PostgreSQL share, over tables that modules define. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RowDelta, Rows, TableDefinition } from './ports.ts';

export type RowsSubject = {
  readonly rows: Rows;
  /** Applies the deltas as one batch. */
  readonly apply: (seq: number, deltas: readonly RowDelta[]) => Promise<void>;
};

export const contractTables: readonly TableDefinition[] = [
  {
    name: 'report',
    columns: { area: 'TEXT', id: 'INTEGER', text: 'TEXT', weight: 'REAL', photo: 'BLOB' },
    key: ['area', 'id'],
    indexes: [['weight']],
  },
];

const delta = (area: string, id: number, row: RowDelta['row']): RowDelta => ({
  table: 'report',
  key: { area, id },
  row,
});

/** @param subject a store with `contractTables`, empty */
export function rowsContract(name: string, subject: () => Promise<RowsSubject>): void {
  describe(`rows: ${name}`, () => {
    it('every kind of value comes back', async () => {
      const { rows, apply } = await subject();
      await apply(1, [delta('ҷануб', 1, { text: "it's; --", weight: 0.1, photo: new Uint8Array([0, 1, 255]) })]);
      const row = await rows.get('SELECT area, id, text, weight, photo FROM report WHERE area = ?', ['ҷануб']);
      assert.deepEqual(row, {
        area: 'ҷануб',
        id: 1,
        text: "it's; --",
        weight: 0.1,
        photo: new Uint8Array([0, 1, 255]),
      });
    });

    it('a row is replaced as a whole, and null deletes it', async () => {
      const { rows, apply } = await subject();
      await apply(1, [delta('a', 1, { text: 'one', weight: 1 }), delta('a', 2, { text: 'two' })]);
      await apply(2, [delta('a', 1, { text: 'uno' }), delta('a', 2, null)]);
      assert.deepEqual(await rows.all('SELECT id, text, weight FROM report ORDER BY id'), [
        { id: 1, text: 'uno', weight: null },
      ]);
      assert.equal(await rows.get('SELECT id FROM report WHERE id = ?', [2]), undefined);
    });

    it('a read never writes', async () => {
      const { rows, apply } = await subject();
      await apply(1, [delta('a', 1, { text: 'one' })]);
      await assert.rejects(rows.all("UPDATE report SET text = 'changed'"));
      await assert.rejects(rows.all('DROP TABLE report'));
      assert.equal((await rows.get('SELECT text FROM report'))?.['text'], 'one');
    });
  });
}
