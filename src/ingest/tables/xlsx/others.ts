import { open } from 'node:fs/promises';
import { Problem } from '../../../base/problem.ts';

const compoundFile = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];

/** True for the container of old Office files; workbooks with a password are packed into one as well. */
export function isCompoundFile(head: Uint8Array): boolean {
  return compoundFile.every((byte, index) => head[index] === byte);
}

/**
 * What a compound file is: an old workbook, or a new one behind a password.
 * @returns undefined for any other file, also for none
 */
export async function compoundFileProblem(path: string, name: string): Promise<Problem | undefined> {
  const file = await open(path, 'r').catch(() => undefined);
  if (!file) return undefined;
  try {
    const head = Buffer.alloc(512);
    await file.read(head, 0, head.length, 0);
    if (!isCompoundFile(head)) return undefined;
    // [MS-CFB] 2.2: the size of a sector as a power of 2, and the sector in which the directory begins.
    const shift = Math.min(head.readUInt16LE(30), 16);
    const directory = Buffer.alloc(16 * 1024);
    await file.read(directory, 0, directory.length, (head.readUInt32LE(48) + 1) * 2 ** shift);
    const names = directory.toString('utf16le');
    if (names.includes('EncryptedPackage')) {
      return new Problem('not-supported', `${name} is protected by a password; save it without one`);
    }
    return new Problem(
      'not-supported',
      `${name} is an old workbook or document (XLS, before 2007); save it as XLSX or CSV`,
    );
  } finally {
    await file.close();
  }
}
