/** The segments of a directory, as they are found at start. */
import { join } from 'node:path';
import type { Disk } from './disk.ts';
import { headerBytes, parseSegmentHeader } from './frame.ts';
import { openSealed, type Segment } from './segment.ts';

/**
 * Finds the segments, checks that they follow one another, and clears what a crash left behind.
 * @throws Error when one is missing or its header is damaged
 */
export async function openSegments(disk: Disk, directory: string): Promise<Segment[]> {
  const files = await disk.list(directory);
  const sealed = new Set(files.filter(({ name }) => name.endsWith('.zst')).map(({ name }) => name.slice(0, 16)));
  const segments: Segment[] = [];
  for (const { name, size } of files.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(directory, name);
    if (name.endsWith('.tmp')) await disk.remove(path);
    else if (name.endsWith('.seg') && sealed.has(name.slice(0, 16))) await disk.remove(path);
    else if (name.endsWith('.seg')) segments.push(await openPlain(disk, path, size));
    else if (name.endsWith('.zst')) {
      const index = await openSealed(disk, path);
      const { firstSeq, firstAt, lastSeq, rawBytes } = index;
      segments.push({ firstSeq, firstAt, lastSeq, length: rawBytes, fileBytes: size, sealed: index });
    }
  }
  for (let i = 0; i + 1 < segments.length; i++) {
    const segment = segments[i] as Segment;
    const next = segments[i + 1] as Segment;
    if (!segment.sealed) segment.lastSeq = next.firstSeq - 1;
    if (segment.lastSeq !== next.firstSeq - 1) {
      throw new Error(`the journal has a hole: records ${segment.lastSeq + 1} to ${next.firstSeq - 1} are missing`);
    }
  }
  return segments;
}

async function openPlain(disk: Disk, path: string, size: number): Promise<Segment> {
  const file = await disk.open(path, 'read');
  try {
    const header = parseSegmentHeader(await file.read(0, headerBytes), path);
    return { ...header, lastSeq: header.firstSeq - 1, length: size, fileBytes: size, sealed: undefined };
  } finally {
    await file.close();
  }
}
