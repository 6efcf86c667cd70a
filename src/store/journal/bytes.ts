/**
 * Growing buffer and its reader: varints (7 bits per byte, low first, up to 2^53), zigzag for signed ones, IEEE
 * doubles, and texts that survive exactly, lone surrogates included.
 */
export class ByteWriter {
  bytes: Buffer;
  length = 0;

  constructor(capacity = 64 * 1024) {
    this.bytes = Buffer.allocUnsafe(capacity);
  }

  /** Makes room for `n` more bytes. */
  reserve(n: number): void {
    if (this.length + n <= this.bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.length + n));
    this.bytes.copy(grown, 0, 0, this.length);
    this.bytes = grown;
  }

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  /** A whole number from 0 to 2^53 - 1. */
  varint(value: number): void {
    this.reserve(8);
    let rest = value;
    while (rest > 0x7fffffff) {
      this.bytes[this.length++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    while (rest > 127) {
      this.bytes[this.length++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    this.bytes[this.length++] = rest;
  }

  double(value: number): void {
    this.reserve(8);
    this.length = this.bytes.writeDoubleLE(value, this.length);
  }

  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** Length (times two, plus one when JSON-escaped), then UTF-8. */
  text(value: string): void {
    const n = value.length;
    if (n <= 48) {
      this.reserve(n + 1);
      const { bytes, length } = this;
      let i = 0;
      for (; i < n; i++) {
        const code = value.charCodeAt(i);
        if (code > 127) break;
        bytes[length + 1 + i] = code;
      }
      if (i === n) {
        bytes[length] = n * 2;
        this.length = length + 1 + n;
        return;
      }
    }
    // UTF-8 has no lone surrogates; their JSON escape has.
    const wellFormed = value.isWellFormed();
    const text = wellFormed ? value : JSON.stringify(value);
    const size = Buffer.byteLength(text);
    this.varint(size * 2 + (wellFormed ? 0 : 1));
    this.reserve(size);
    this.length += this.bytes.write(text, this.length, 'utf8');
  }
}

export class ByteReader {
  readonly bytes: Buffer;
  at: number;
  readonly end: number;

  constructor(bytes: Buffer, at = 0, end = bytes.length) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  #need(n: number): void {
    if (this.at + n > this.end) throw new Error(`record ends early at byte ${this.at}`);
  }

  byte(): number {
    this.#need(1);
    return this.bytes[this.at++] as number;
  }

  varint(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      scale *= 128;
      if (scale > 2 ** 56) throw new Error(`varint too long at byte ${this.at}`);
    }
  }

  double(): number {
    this.#need(8);
    const value = this.bytes.readDoubleLE(this.at);
    this.at += 8;
    return value;
  }

  raw(n: number): Buffer {
    this.#need(n);
    const bytes = this.bytes.subarray(this.at, this.at + n);
    this.at += n;
    return bytes;
  }

  text(): string {
    const head = this.varint();
    const size = Math.floor(head / 2);
    this.#need(size);
    const from = this.at;
    this.at += size;
    const text = this.bytes.toString('utf8', from, this.at);
    return head % 2 === 0 ? text : (JSON.parse(text) as string);
  }
}

/** Signed to unsigned: 0, -1, 1, -2 ... become 0, 1, 2, 3 ...; for whole numbers up to 2^52. */
export const zigzag = (value: number): number => (value < 0 ? -value * 2 - 1 : value * 2);
export const unzigzag = (value: number): number => (value % 2 === 0 ? value / 2 : -(value + 1) / 2);
