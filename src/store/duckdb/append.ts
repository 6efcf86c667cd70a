/** Appends a batch and what is new in the dictionaries, and moves the applied seq, in one transaction. */
import {
  BIGINT,
  DOUBLE,
  DuckDBBigIntVector,
  DuckDBDataChunk,
  DuckDBDoubleVector,
  DuckDBIntegerVector,
  DuckDBVarCharVector,
  INTEGER,
  VARCHAR,
} from '@duckdb/node-api';
import type { DuckDBAppender } from '@duckdb/node-api';
import { assert } from '../../base/problem.ts';
import type { Batch, Sparse } from './batch.ts';
import { rowColumns } from './database.ts';
import type { Database } from './database.ts';
import type { Added } from './words.ts';

/** Rows of a DuckDB vector. */
const chunkRows = 2048;
const types = { INTEGER, BIGINT, DOUBLE, VARCHAR };

export async function append(database: Database, batch: Batch, added: Added, seq: number): Promise<void> {
  await database.transaction(async () => {
    await appendAdded(database, added);
    if (batch.length > 0) {
      const appender = await database.writer.createAppender('tail');
      try {
        const cursors = { text: 0, rest: 0 };
        for (let from = 0; from < batch.length; from += chunkRows) appendChunk(appender, batch, from, cursors);
      } finally {
        appender.closeSync();
      }
    }
    await database.writer.run(`UPDATE meta SET applied = ${seq}`);
  });
}

function appendChunk(
  appender: DuckDBAppender,
  batch: Batch,
  from: number,
  cursors: { text: number; rest: number },
): void {
  const count = Math.min(chunkRows, batch.length - from);
  const chunk = DuckDBDataChunk.create(
    rowColumns.map(([, type]) => types[type]),
    count,
  );
  for (const [index, [name, type]] of rowColumns.entries()) {
    const vector = chunk.getColumnVector(index);
    const column = batch[name];
    if (type === 'INTEGER') {
      assert(vector instanceof DuckDBIntegerVector && column instanceof Int32Array, name);
      for (let row = 0; row < count; row++) vector.setItem(row, column[from + row] ?? 0);
    } else if (type === 'BIGINT') {
      assert(vector instanceof DuckDBBigIntVector && column instanceof Float64Array, name);
      for (let row = 0; row < count; row++) vector.setItem(row, BigInt(column[from + row] ?? 0));
    } else if (type === 'DOUBLE') {
      assert(vector instanceof DuckDBDoubleVector && column instanceof Float64Array, name);
      for (let row = 0; row < count; row++) {
        const value = column[from + row] ?? Number.NaN;
        vector.setItem(row, Number.isNaN(value) ? null : value);
      }
    } else {
      assert(vector instanceof DuckDBVarCharVector && (name === 'text' || name === 'rest'), name);
      cursors[name] = setTexts(vector, batch[name], cursors[name], from, count);
    }
    vector.flush();
  }
  appender.appendDataChunk(chunk);
}

/** @returns the place in `sparse` of the first row after this chunk */
function setTexts(vector: DuckDBVarCharVector, { rows, texts }: Sparse, start: number, from: number, count: number) {
  let at = start;
  for (let row = 0; row < count; row++) {
    if (rows[at] === from + row) vector.setItem(row, texts[at++] ?? null);
    else vector.setItem(row, null);
  }
  return at;
}

async function appendAdded({ writer }: Database, { words, entities, kinds }: Added): Promise<void> {
  if (words.length > 0) {
    const appender = await writer.createAppender('words');
    for (const { of, id, text } of words) {
      appender.appendInteger(of);
      appender.appendInteger(id);
      appender.appendVarchar(text);
      appender.endRow();
    }
    appender.closeSync();
  }
  if (entities.length > 0) {
    const appender = await writer.createAppender('entities');
    for (const { id, tenant, name, kind } of entities) {
      appender.appendInteger(id);
      appender.appendInteger(tenant);
      appender.appendVarchar(name);
      appender.appendInteger(kind);
      appender.endRow();
    }
    appender.closeSync();
  }
  // In order: an entity may change more than once in a batch. It is rare.
  for (const { id, kind, former } of kinds) {
    await writer.run(`UPDATE entities SET kind = ${kind} WHERE id = ${id}`);
    await writer.run(`INSERT INTO former VALUES (${id}, ${former})`);
  }
}
