/**
 * CRC-32C (Castagnoli), as the record frames carry it. node:zlib has only the IEEE polynomial, so the tables are our
 * own: eight of them, so that eight bytes are taken per step.
 */
const tables = new Int32Array(8 * 256);
for (let n = 0; n < 256; n++) {
  let crc = n;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  tables[n] = crc;
}
for (let n = 0; n < 256; n++) {
  for (let k = 1; k < 8; k++) {
    const previous = tables[(k - 1) * 256 + n] as number;
    tables[k * 256 + n] = (previous >>> 8) ^ (tables[previous & 255] as number);
  }
}

/** The checksum of `bytes[from, to)` as an unsigned 32-bit number. */
export function crc32c(bytes: Uint8Array, from = 0, to = bytes.length): number {
  const t = tables;
  // Int32Array and Uint8Array reads inside their bounds are numbers; the assertions only tell the compiler so.
  const b = bytes as { readonly [i: number]: number };
  const at = t as { readonly [i: number]: number };
  let crc = -1;
  let i = from;
  for (const end = to - 7; i < end; i += 8) {
    crc ^= (b[i] as number) | ((b[i + 1] as number) << 8) | ((b[i + 2] as number) << 16) | ((b[i + 3] as number) << 24);
    crc =
      (at[1792 + (crc & 255)] as number) ^
      (at[1536 + ((crc >>> 8) & 255)] as number) ^
      (at[1280 + ((crc >>> 16) & 255)] as number) ^
      (at[1024 + (crc >>> 24)] as number) ^
      (at[768 + (b[i + 4] as number)] as number) ^
      (at[512 + (b[i + 5] as number)] as number) ^
      (at[256 + (b[i + 6] as number)] as number) ^
      (at[b[i + 7] as number] as number);
  }
  for (; i < to; i++) crc = (crc >>> 8) ^ (at[(crc ^ (b[i] as number)) & 255] as number);
  return (crc ^ -1) >>> 0;
}
