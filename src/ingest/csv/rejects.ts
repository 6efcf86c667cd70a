import { createWriteStream, type WriteStream } from 'node:fs';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';

/** The file that says of each row that was not taken why: row, reason, detail, the line. Made at the first one. */
export type RejectsFile = {
  add(row: number, reason: string, detail: string, line: string): Promise<void>;
  close(): Promise<void>;
};

export function rejectsFile(path: string | undefined): RejectsFile {
  let stream: WriteStream | undefined;
  return {
    async add(row, reason, detail, line) {
      if (path === undefined) return;
      if (!stream) {
        stream = createWriteStream(path, { flags: 'w' });
        await once(stream, 'open');
        stream.write('row,reason,detail,line\r\n');
      }
      const written = stream.write(`${row},${reason},${field(detail)},${field(line)}\r\n`);
      if (!written) await once(stream, 'drain');
    },
    async close() {
      if (!stream) return;
      stream.end();
      await finished(stream);
    },
  };
}

/** Quoted; a text that a spreadsheet would run as a formula gets a quote before it. */
function field(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}
