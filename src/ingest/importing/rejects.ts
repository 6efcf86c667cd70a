import { open, stat, type FileHandle } from 'node:fs/promises';
import { csvCell } from '../../base/csv.ts';

/** The file that says of each item that was not taken why: its number, reason, detail, text. Made at the first one. */
export type RejectsFile = {
  add(number: number, reason: string, detail: string, text: string): void;
  /** Hands what was added to the system. @returns length of the file, bytes */
  write(): Promise<number>;
  close(): Promise<void>;
};

/**
 * @param keepBytes how much of a file that is there stays: an import that goes on writes again what came after its place
 */
export function rejectsFile(path: string | undefined, unit: string, keepBytes: number): RejectsFile {
  let handle: FileHandle | undefined;
  let gathered: string[] = [];
  let length = keepBytes;

  const start = async (file: string): Promise<FileHandle> => {
    const there = keepBytes === 0 ? 0 : ((await stat(file).catch(() => undefined))?.size ?? 0);
    length = Math.min(keepBytes, there);
    const opened = await open(file, there > 0 ? 'r+' : 'w');
    if (there > 0) await opened.truncate(length);
    // With a byte order mark, without which spreadsheets misread Cyrillic.
    else gathered.unshift(`\ufeff${unit},reason,detail,text\r\n`);
    return opened;
  };

  const write = async (): Promise<number> => {
    if (path === undefined || gathered.length === 0) return length;
    handle ??= await start(path);
    const bytes = Buffer.from(gathered.join(''));
    gathered = [];
    await handle.write(bytes, 0, bytes.length, length);
    length += bytes.length;
    return length;
  };

  return {
    add(number, reason, detail, text) {
      if (path !== undefined) gathered.push(`${number},${reason},${csvCell(detail)},${csvCell(text)}\r\n`);
    },
    write,
    async close() {
      try {
        await write();
      } finally {
        await handle?.close();
      }
    },
  };
}
