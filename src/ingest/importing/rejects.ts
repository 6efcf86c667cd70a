import { createWriteStream, type WriteStream } from 'node:fs';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';

/** The file that says of each item that was not taken why: its number, reason, detail, text. Made at the first one. */
export type RejectsFile = {
  add(number: number, reason: string, detail: string, text: string): Promise<void>;
  close(): Promise<void>;
};

export function rejectsFile(path: string | undefined, unit: string): RejectsFile {
  let stream: WriteStream | undefined;
  return {
    async add(number, reason, detail, text) {
      if (path === undefined) return;
      if (!stream) {
        stream = createWriteStream(path, { flags: 'w' });
        await once(stream, 'open');
        stream.write(`${unit},reason,detail,text\r\n`);
      }
      const written = stream.write(`${number},${reason},${field(detail)},${field(text)}\r\n`);
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
