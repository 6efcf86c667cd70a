import { posix } from 'node:path';
import { Problem } from '../../../base/problem.ts';
import type { Zip } from '../../zip.ts';
import { parseXml, prefixed, type XmlHandler } from './xml.ts';

/** A sheet of a workbook as its list names it. */
export type Sheet = {
  readonly name: string;
  readonly hidden: boolean;
  /** The ZIP entry that holds it. */
  readonly part: string;
};

/** What the parts of a workbook are and where they lie. */
export type Workbook = {
  readonly sheets: readonly Sheet[];
  /** Dates count from 1904, as old files of the Macintosh do; else from 1900. */
  readonly from1904: boolean;
  readonly sharedStrings: string | undefined;
  readonly styles: string | undefined;
};

const sheetsMax = 1_000;

/**
 * Finds the parts of a workbook by its relationships (ECMA-376, part 2, 9.3).
 * @throws Problem bad-data when it is no XLSX workbook, with what to save it as
 */
export async function readWorkbook(zip: Zip, name: string): Promise<Workbook> {
  const kind = zip.find('mimetype') && new TextDecoder().decode(await zip.readEntry('mimetype'));
  if (kind?.includes('opendocument') === true) {
    throw new Problem('not-supported', `${name} is an OpenDocument file (ODS); save it as XLSX or CSV`);
  }
  const root = await relationships(zip, name, '_rels/.rels');
  const part = root.find(({ type }) => type === 'officeDocument')?.target;
  if (part === undefined) throw new Problem('bad-data', `${name} is a ZIP file, but no XLSX workbook`);
  if (part.endsWith('.bin')) {
    throw new Problem('not-supported', `${name} is a binary workbook (XLSB); save it as XLSX or CSV`);
  }
  if (!zip.find(part)) throw new Problem('bad-data', `${name} is damaged: it holds no ${part}`, part);

  const listed: { name: string; hidden: boolean; id: string }[] = [];
  let from1904 = false;
  let isWorkbook = false;
  await readPart(zip, name, part, {
    open(element, attributes) {
      if (element === 'workbook') isWorkbook = true;
      else if (element === 'workbookPr') from1904 = isTrue(attributes['date1904']);
      else if (element === 'sheet' && listed.length < sheetsMax) {
        const hidden = attributes['state'] === 'hidden' || attributes['state'] === 'veryHidden';
        listed.push({ name: attributes['name'] ?? '', hidden, id: prefixed(attributes, 'id') ?? '' });
      }
    },
  });
  if (!isWorkbook) throw new Problem('bad-data', `${name} is no workbook; save the table as XLSX or CSV`, part);
  const folder = posix.dirname(part);
  const related = await relationships(zip, name, posix.join(folder, '_rels', `${posix.basename(part)}.rels`), folder);
  const byId = new Map(related.map((relation) => [relation.id, relation]));
  const sheets = listed.flatMap(({ id, ...sheet }) => {
    const relation = byId.get(id);
    // A chart that fills a sheet is listed with the sheets and is none.
    return relation?.type === 'worksheet' ? [{ ...sheet, part: relation.target }] : [];
  });
  if (sheets.length === 0) throw new Problem('bad-data', `${name} has no sheet with cells`, part);
  const only = (type: string): string | undefined => related.find((relation) => relation.type === type)?.target;
  return { sheets, from1904, sharedStrings: only('sharedStrings'), styles: only('styles') };
}

/** Reads a part of the workbook that may be missing; it is nothing then. */
export async function readPart(zip: Zip, name: string, part: string, handler: XmlHandler): Promise<void> {
  if (zip.find(part)) await parseXml(zip.streamEntry(part), `${name}: ${part}`, handler);
}

type Relation = { readonly id: string; readonly type: string; readonly target: string };

/** `type` without its namespace: `worksheet`, the same in the transitional and the strict form of the standard. */
async function relationships(zip: Zip, name: string, part: string, folder = ''): Promise<Relation[]> {
  const found: Relation[] = [];
  await readPart(zip, name, part, {
    open(element, { Id: id = '', Type: type = '', Target: target = '', TargetMode: mode }) {
      if (element !== 'Relationship' || mode === 'External' || found.length >= 10 * sheetsMax) return;
      const path = target.startsWith('/') ? target.slice(1) : posix.join(folder, target);
      found.push({ id, type: type.slice(type.lastIndexOf('/') + 1), target: posix.normalize(path) });
    },
  });
  return found;
}

export const isTrue = (value: string | undefined): boolean => value === '1' || value === 'true' || value === 'on';
