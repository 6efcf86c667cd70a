import { basename } from 'node:path';
import { namesOf } from './header.ts';
import { openTable, isWorkbook, firstBytes, type TableOptions } from './open.ts';
import type { Cell, OpenTable, TopRow } from './table.ts';
import { openWorkbook } from './xlsx/open.ts';

/** What a table looks like, before there is a mapping for it. */
export type TableView = {
  readonly kind: 'csv' | 'xlsx';
  /** Of the file. */
  readonly name: string;
  readonly bytes: number;
  /** Of a workbook: all of its sheets, and the one that is looked at. */
  readonly sheets?: readonly { readonly name: string; readonly hidden: boolean }[];
  readonly sheet?: string;
  /** Of CSV. */
  readonly encoding?: string;
  readonly delimiter?: string;
  /** The row that seems to name the columns, as `headerRow` counts. */
  readonly headerRow: number;
  /** The first row of data; not the next one when a row below the header numbers the columns. */
  readonly firstRow: number;
  readonly header: readonly string[];
  /** The first rows of data, at most `sampleRows`. */
  readonly sample: readonly TopRow[];
};

export const sampleRows = 200;
/** Rows among which the header is looked for. */
const headerSearched = 25;

/**
 * Looks at the beginning of a table. Of several sheets the first visible one with values is looked at when none is named.
 * @throws Problem as openTable
 */
export async function inspectTable(
  path: string,
  options: TableOptions & { readonly headerRow?: number | undefined } = {},
): Promise<TableView> {
  const name = options.name ?? basename(path);
  const sheets = await sheetsOf(path, name);
  const opened = await openAny(path, { ...options, name, guess: true }, sheets);
  try {
    const top = await opened.top(sampleRows + headerSearched);
    const headerAt = Math.max(
      0,
      options.headerRow === undefined ? guessHeader(top) : top.findIndex(({ number }) => number === options.headerRow),
    );
    const header = namesOf(top[headerAt]?.cells ?? []);
    const below = top.slice(headerAt + 1);
    const data = numbersColumns(below[0]?.cells ?? []) ? below.slice(1) : below;
    return {
      kind: opened.kind,
      name,
      bytes: opened.bytes,
      ...(sheets && { sheets }),
      ...(opened.sheet !== undefined && { sheet: opened.sheet }),
      ...(opened.encoding !== undefined && { encoding: opened.encoding }),
      ...(opened.delimiter !== undefined && { delimiter: opened.delimiter }),
      headerRow: top[headerAt]?.number ?? 1,
      firstRow: data[0]?.number ?? (top[headerAt]?.number ?? 0) + 1,
      header,
      sample: data.slice(0, sampleRows),
    };
  } finally {
    await opened.close();
  }
}

type SheetName = { readonly name: string; readonly hidden: boolean };

async function sheetsOf(path: string, name: string): Promise<readonly SheetName[] | undefined> {
  if (!isWorkbook(await firstBytes(path))) return undefined;
  const workbook = await openWorkbook(path, name);
  try {
    return workbook.sheets.map((sheet) => ({ name: sheet.name, hidden: sheet.hidden }));
  } finally {
    await workbook.close();
  }
}

/** The sheet that is asked for; else the first visible one that holds anything. */
async function openAny(
  path: string,
  options: TableOptions,
  sheets: readonly SheetName[] | undefined,
): Promise<OpenTable> {
  if (options.sheet === undefined) {
    for (const { name, hidden } of sheets ?? []) {
      if (hidden) continue;
      const opened = await openTable(path, { ...options, sheet: name });
      if ((await opened.top(1)).length > 0) return opened;
      await opened.close();
    }
  }
  return openTable(path, options);
}

const filled = (cells: readonly Cell[]): readonly string[] => namesOf(cells).filter((text) => text !== '');
const isNumber = (text: string): boolean => /^[+-]?[\d\s.,]+$/.test(text);

/**
 * The place of the row that names the columns: the first one that is about as wide as the table, all of different texts.
 * A title above it is narrow, a row of data holds numbers.
 */
function guessHeader(top: readonly TopRow[]): number {
  const widths = top.map(({ cells }) => filled(cells).length);
  const width = Math.max(1, ...widths);
  return top.slice(0, headerSearched).findIndex(({ cells }) => {
    const texts = filled(cells);
    const numbers = texts.filter(isNumber).length;
    return texts.length >= width * 0.6 && numbers <= texts.length * 0.2 && new Set(texts).size === texts.length;
  });
}

/** 1, 2, 3 ...: forms number their columns in a row below the names. */
function numbersColumns(cells: readonly Cell[]): boolean {
  const texts = filled(cells);
  return texts.length >= 3 && texts.every((text, index) => text === String(index + 1));
}
