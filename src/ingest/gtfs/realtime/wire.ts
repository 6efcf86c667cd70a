import { PbfReader } from 'pbf';
import { Problem } from '../../../base/problem.ts';

/** Wire types of the protobuf encoding. 3 and 4 (groups) are not used by GTFS-Realtime. */
const varint = 0;
const fixed64 = 1;
const delimited = 2;
const fixed32 = 5;

/** Numbers that GTFS-Realtime leaves to others: extensions of agencies and of software. */
const isExtension = (field: number): boolean => (field >= 1000 && field <= 1999) || (field >= 9000 && field <= 9999);

/** A message while it is read. */
export type Draft<T> = { -readonly [K in keyof T]?: T[K] };

/** Takes the value of one field into its message. */
export type Read<T> = (wire: Wire, into: T) => void;
/** The fields of a message that are read, by number. */
export type Fields<T> = Readonly<Record<number, Read<T>>>;

/**
 * Reads protobuf strictly. The reader of the package trusts its bytes: past the end it gives zeros and cut texts. Here every
 * value must lie in its message and have the wire type of its field; anything else is a Problem that names the byte.
 */
export class Wire {
  readonly #pbf: PbfReader;
  /** Where the message that is being read ends. */
  #end: number;
  #messages = 0;
  readonly #messagesMax: number;
  /** Fields that nobody asked for, and among them those of extensions. */
  skippedFields = 0;
  skippedExtensions = 0;
  /** Texts that were not UTF-8; what could not be read in them is U+FFFD. */
  badTexts = 0;

  /** @param messagesMax of all kinds and depths: what a small file can blow up to */
  constructor(bytes: Uint8Array, messagesMax: number) {
    this.#pbf = new PbfReader(bytes);
    this.#end = bytes.length;
    this.#messagesMax = messagesMax;
  }

  /** Bytes from the beginning. */
  get position(): number {
    return this.#pbf.pos;
  }

  /** @throws Problem bad-data at this byte */
  fail(why: string, at = this.#pbf.pos): never {
    throw new Problem('bad-data', `not a whole GTFS-Realtime feed: ${why}`, `byte ${at}`);
  }

  /**
   * Reads fields to the end of the message. A message that occurs twice is merged, as protobuf asks: `into` may hold
   * what the first one said.
   * @throws Problem bad-data
   */
  fields<T>(into: T, known: Fields<T>): T {
    const pbf = this.#pbf;
    const end = this.#end;
    while (pbf.pos < end) {
      const at = pbf.pos;
      const key = this.#varint(false);
      const field = Math.floor(key / 8);
      pbf.type = key % 8;
      if (field === 0 || field > 0x1fff_ffff) this.fail('a field without a number', at);
      const read = known[field];
      if (read) {
        read(this, into);
        continue;
      }
      this.skippedFields++;
      if (isExtension(field)) this.skippedExtensions++;
      if (pbf.type === 3 || pbf.type === 4 || pbf.type > 5) this.fail(`wire type ${pbf.type} is not in use`, at);
      pbf.skip(pbf.type);
      this.#inside(at);
    }
    return into;
  }

  /** The value of this field is a message. */
  message<T>(into: T, known: Fields<T>): T {
    if (++this.#messages > this.#messagesMax) {
      throw new Problem('too-large', `a feed holds at most ${this.#messagesMax} messages`, `byte ${this.#pbf.pos}`);
    }
    const outer = this.#end;
    this.#end = this.#length();
    this.fields(into, known);
    this.#end = outer;
    return into;
  }

  text(): string {
    const pbf = this.#pbf;
    const at = pbf.pos;
    const end = this.#length();
    pbf.pos = at;
    const text = pbf.readString();
    if (pbf.pos !== end) this.fail('a text is cut off', at);
    if (text.includes('\ufffd')) this.badTexts++;
    return text;
  }

  /** uint32, uint64, bool, enum. Beyond 2^53 the number is the nearest that there is. */
  unsigned(): number {
    this.#expect(varint);
    return this.#varint(false);
  }

  /** int64. */
  signed(): number {
    this.#expect(varint);
    return this.#varint(true);
  }

  /** int32: the lower 32 bits. */
  int32(): number {
    return this.signed() | 0;
  }

  float(): number {
    this.#expect(fixed32);
    this.#has(4);
    return this.#pbf.readFloat();
  }

  double(): number {
    this.#expect(fixed64);
    this.#has(8);
    return this.#pbf.readDouble();
  }

  #expect(type: number): void {
    if (this.#pbf.type !== type) this.fail(`wire type ${this.#pbf.type} where ${type} belongs`);
  }

  #has(bytes: number): void {
    if (this.#pbf.pos + bytes > this.#end) this.fail('it ends within a number');
  }

  #inside(at: number): void {
    if (this.#pbf.pos > this.#end) this.fail('a field is longer than its message', at);
  }

  #varint(isSigned: boolean): number {
    const at = this.#pbf.pos;
    let value: number;
    try {
      value = this.#pbf.readVarint(isSigned);
    } catch {
      return this.fail('a number of more than ten bytes', at);
    }
    if (this.#pbf.pos > this.#end) this.fail('it ends within a number', at);
    return value;
  }

  /** Reads the length of a delimited value. @returns where it ends */
  #length(): number {
    this.#expect(delimited);
    const at = this.#pbf.pos;
    const end = this.#varint(false) + this.#pbf.pos;
    if (end > this.#end) this.fail(`a value ends at byte ${end}, beyond its message (byte ${this.#end})`, at);
    return end;
  }
}
