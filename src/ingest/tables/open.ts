import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { Problem } from '../../base/problem.ts';
import { openCsv } from './csv/open.ts';
import type { Encoding } from './csv/encoding.ts';
import type { OpenTable } from './table.ts';
import { isCompoundFile } from './xlsx/others.ts';
import { openWorkbook } from './xlsx/open.ts';

export type TableOptions = {
  /** For messages. Default: the file's name. */
  readonly name?: string;
  readonly delimiter?: string | undefined;
  readonly encoding?: Encoding | undefined;
  /** Reads CSV that is not UTF-8 as what it looks like, for whoever only looks. */
  readonly guess?: boolean | undefined;
  /** Name or number (from 1) of a workbook's sheet. */
  readonly sheet?: string | number | undefined;
};

/**
 * Opens a table, whatever it is: its first bytes tell, not its name.
 * @throws Problem not-found; not-supported with what to save it as; bad-data; too-large
 */
export async function openTable(path: string, options: TableOptions = {}): Promise<OpenTable> {
  const name = options.name ?? basename(path);
  const head = await firstBytes(path);
  if (!isWorkbook(head)) return openCsv(path, { ...options, name });
  const workbook = await openWorkbook(path, name);
  try {
    return workbook.open(await workbook.choose(options.sheet));
  } catch (error) {
    await workbook.close();
    throw error;
  }
}

/** A ZIP file, or the container of old Office files, which is told what it is. */
export function isWorkbook(head: Uint8Array): boolean {
  const zip = head[0] === 0x50 && head[1] === 0x4b && (head[2] === 3 || head[2] === 5);
  return zip || isCompoundFile(head);
}

/** @throws Problem not-found */
export async function firstBytes(path: string): Promise<Uint8Array> {
  try {
    const file = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(8), 0, 8, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch {
    throw new Problem('not-found', `cannot read the file ${path}`);
  }
}
