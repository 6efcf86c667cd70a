/** The doors for files, and which of them takes a given file. */
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { Problem } from '../../base/problem.ts';
import { geojsonImporter } from '../geojson/file.ts';
import { gtfsImporter } from '../gtfs/door.ts';
import { recordedImporter } from '../gtfs/realtime/recorded.ts';
import { csvImporter, xlsxImporter } from '../tables/file.ts';
import type { Importer, OpenedFile, OpenOptions } from './importer.ts';

/** Asked in this order: a door that looks at the first bytes stands before one that looks at the name alone. */
export const importers: readonly Importer[] = [
  xlsxImporter,
  gtfsImporter,
  recordedImporter,
  csvImporter,
  geojsonImporter,
];

/** Of a file's beginning, enough to tell an archive, JSON and text apart. */
const headBytes = 4096;

/**
 * Opens a file by the first door that recognises it.
 * @throws Problem not-found; bad-data when no door takes such a file, or the door finds it unusable
 */
export async function openImport(file: string, options: OpenOptions & { name?: string }): Promise<OpenedFile> {
  return (await findImporter(file, options.name)).open(file, options);
}

/**
 * @param name  of the file where `file` is a temporary one
 * @throws Problem not-found; bad-data naming what is accepted
 */
export async function findImporter(file: string, name = basename(file)): Promise<Importer> {
  const head = await headOf(file);
  const found = importers.find((importer) => importer.recognises(name, head));
  if (found) return found;
  const accepted = importers.map(({ accepts }) => accepts).join(', ');
  throw new Problem('bad-data', `${name} is no file that can be imported; accepted: ${accepted}`, 'file');
}

async function headOf(file: string): Promise<Uint8Array> {
  let handle;
  try {
    handle = await open(file, 'r');
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    throw new Problem('not-found', `cannot read the file ${file}: ${whyNot(error)}`, 'file');
  } finally {
    await handle?.close();
  }
}

function whyNot(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return 'there is none of this name';
  if (code === 'EISDIR') return 'it is a directory';
  if (code === 'EACCES' || code === 'EPERM') return 'it may not be read by the one who does the import';
  return String(error);
}
