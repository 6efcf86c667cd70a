/**
 * Records as bytes. Names, ids and types are interned per segment, numbers and instants are short, composed values are
 * JSON; what comes out equals what went in, to the last bit of a number.
 */
import {
  attributeKinds,
  type Attributes,
  type AttributeKind,
  type Entity,
  type EntityDelta,
  type Forgotten,
  type Instance,
  type Json,
} from '../../ngsild/entity.ts';
import type { Cause, JournalRecord, RowDelta, SqlValue } from '../ports.ts';
import { ByteReader, type ByteWriter } from './bytes.ts';
import { readInstant, writeInstant } from './instant.ts';
import { readNumber, valueText, writeNumber } from './values.ts';

/** Beyond this many strings a segment stops interning: it bounds memory, nothing else. */
const dictionaryLimit = 200_000;

// Codes of an interned string; `refersTo + n` is the n-th string of the segment's dictionary.
const literal = 0;
const defines = 1;
const refersTo = 2;

const kindCode = Object.fromEntries(attributeKinds.map((kind, code) => [kind, code])) as Record<AttributeKind, number>;
const opCodes = { put: 0, set: 1, delete: 2, history: 3 } as const;
/** On `delete`: it is a `forget`, with these flags. Since format 2. */
const forgets = { marked: 4, all: 8, gone: 16, becomes: 32 } as const;

// What follows an instance's kind, by the low three bits.
const numberValue = 0;
const textValue = 1;
const jsonValue = 2;
const trueValue = 3;
const falseValue = 4;
const nullValue = 5;

/** Turns records into bytes; one per segment, since it remembers which strings the segment already holds. */
export class RecordEncoder {
  #ids = new Map<string, number>();
  /** Strings added since the last `keep`, so that a group that fails can be taken back. */
  #added: string[] = [];
  #at = 0;

  /** The encoder that goes on where a segment's decoder stopped. */
  static after(strings: readonly string[]): RecordEncoder {
    const encoder = new RecordEncoder();
    strings.forEach((text, id) => encoder.#ids.set(text, id));
    return encoder;
  }

  keep(): void {
    if (this.#added.length > 0) this.#added = [];
  }

  /** Forgets the strings since the last `keep`. */
  takeBack(): void {
    for (const text of this.#added) this.#ids.delete(text);
    this.#added = [];
  }

  /** Appends the record's payload; seq is not part of it, the frame carries it. @throws Problem bad-data */
  write(out: ByteWriter, record: JournalRecord): void {
    this.#at = record.at;
    out.varint(record.at);
    out.varint(record.tenant);
    const { by, source, traceparent } = record.cause;
    out.byte((source === undefined ? 0 : 1) | (traceparent === undefined ? 0 : 2));
    this.#intern(out, by);
    if (source !== undefined) this.#intern(out, source);
    if (traceparent !== undefined) out.text(traceparent);
    out.varint(record.entities.length);
    for (const delta of record.entities) this.#delta(out, delta);
    out.varint(record.rows.length);
    for (const row of record.rows) this.#row(out, row);
  }

  #intern(out: ByteWriter, text: string): void {
    const known = this.#ids.get(text);
    if (known !== undefined) {
      out.varint(refersTo + known);
      return;
    }
    if (this.#ids.size >= dictionaryLimit) {
      out.byte(literal);
    } else {
      this.#ids.set(text, this.#ids.size);
      this.#added.push(text);
      out.byte(defines);
    }
    out.text(text);
  }

  #interns(out: ByteWriter, texts: readonly string[]): void {
    out.varint(texts.length);
    for (const text of texts) this.#intern(out, text);
  }

  #delta(out: ByteWriter, delta: EntityDelta): void {
    switch (delta.op) {
      case 'put':
        this.#entity(out, opCodes.put, delta.entity);
        return;
      case 'set': {
        const { id, at, attrs, remove, type, scope, keepNewer } = delta;
        out.byte(opCodes.set | (scope ? 4 : 0) | (remove ? 16 : 0) | (type ? 32 : 0) | (keepNewer ? 64 : 0));
        this.#intern(out, id);
        writeInstant(out, at, this.#at);
        if (scope) this.#interns(out, scope);
        if (type) this.#interns(out, type);
        if (remove) {
          out.varint(remove.length);
          for (const { name, datasetId } of remove) {
            this.#intern(out, name);
            out.byte(datasetId === undefined ? 0 : 1);
            if (datasetId !== undefined) this.#intern(out, datasetId);
          }
        }
        this.#attributes(out, attrs);
        return;
      }
      case 'delete':
        out.byte(opCodes.delete);
        this.#intern(out, delta.id);
        writeInstant(out, delta.at, this.#at);
        return;
      case 'history':
        out.byte(opCodes.history);
        this.#intern(out, delta.id);
        this.#interns(out, delta.type);
        writeInstant(out, delta.at, this.#at);
        this.#attributes(out, delta.attrs);
        return;
      case 'forget': {
        const { id, at, past, becomes } = delta;
        const state = becomes === undefined ? 0 : becomes ? forgets.becomes : forgets.gone;
        out.byte(opCodes.delete | forgets.marked | (past === 'all' ? forgets.all : 0) | state);
        this.#intern(out, id);
        writeInstant(out, at, this.#at);
        if (past !== 'all') {
          out.varint(past.length);
          for (const { seq, place } of past) {
            out.varint(seq);
            out.varint(place === undefined ? 0 : place + 1);
          }
        }
        if (becomes) this.#entity(out, opCodes.put, becomes);
      }
    }
  }

  #entity(out: ByteWriter, op: number, { id, type, scope, expiresAt, createdAt, modifiedAt, attrs }: Entity): void {
    out.byte(op | (scope ? 4 : 0) | (expiresAt === undefined ? 0 : 8));
    this.#intern(out, id);
    this.#interns(out, type);
    if (scope) this.#interns(out, scope);
    if (expiresAt !== undefined) writeInstant(out, expiresAt, this.#at);
    writeInstant(out, createdAt, this.#at);
    writeInstant(out, modifiedAt, this.#at);
    this.#attributes(out, attrs);
  }

  #attributes(out: ByteWriter, attrs: Attributes): void {
    let count = 0;
    for (const _ in attrs) count++;
    out.varint(count);
    for (const name in attrs) {
      const instances = attrs[name] ?? [];
      this.#intern(out, name);
      out.varint(instances.length);
      for (const instance of instances) this.#instance(out, instance);
    }
  }

  #instance(out: ByteWriter, instance: Instance): void {
    const { type, value, datasetId, observedAt, unitCode, valueType, objectType } = instance;
    const { expiresAt, ngsildproof, createdAt, modifiedAt, sub } = instance;
    const common =
      (datasetId === undefined ? 0 : 1) |
      (observedAt === undefined ? 0 : 2) |
      (unitCode === undefined ? 0 : 4) |
      (createdAt === undefined ? 0 : 8) |
      (modifiedAt === undefined ? 0 : 16) |
      (sub === undefined ? 0 : 32);
    const rare =
      (valueType === undefined ? 0 : 1) |
      (objectType === undefined ? 0 : 2) |
      (expiresAt === undefined ? 0 : 4) |
      (ngsildproof === undefined ? 0 : 8);
    const code = valueCode(value);
    out.byte((kindCode[type] << 3) | code);
    out.byte(common | (rare === 0 ? 0 : 64));
    if (rare !== 0) out.byte(rare);
    if (code === numberValue) writeNumber(out, value as number);
    else if (code === textValue) out.text(value as string);
    else if (code === jsonValue) out.text(valueText(value));
    if (datasetId !== undefined) this.#intern(out, datasetId);
    if (observedAt !== undefined) writeInstant(out, observedAt, this.#at);
    if (unitCode !== undefined) this.#intern(out, unitCode);
    if (createdAt !== undefined) writeInstant(out, createdAt, this.#at);
    if (modifiedAt !== undefined) writeInstant(out, modifiedAt, this.#at);
    if (sub !== undefined) this.#attributes(out, sub);
    if (rare === 0) return;
    if (valueType !== undefined) this.#intern(out, valueType);
    if (typeof objectType === 'string') {
      out.byte(0);
      this.#intern(out, objectType);
    } else if (objectType !== undefined) {
      out.varint(objectType.length + 1);
      for (const iri of objectType) this.#intern(out, iri);
    }
    if (expiresAt !== undefined) writeInstant(out, expiresAt, this.#at);
    if (ngsildproof !== undefined) out.text(valueText(ngsildproof));
  }

  #row(out: ByteWriter, { table, key, row }: RowDelta): void {
    this.#intern(out, table);
    this.#columns(out, key);
    out.byte(row ? 1 : 0);
    if (row) this.#columns(out, row);
  }

  #columns(out: ByteWriter, columns: Readonly<Record<string, SqlValue>>): void {
    const entries = Object.entries(columns);
    out.varint(entries.length);
    for (const [name, value] of entries) {
      this.#intern(out, name);
      if (value === null) out.byte(nullValue);
      else if (typeof value === 'number') {
        out.byte(numberValue);
        writeNumber(out, value);
      } else if (typeof value === 'string') {
        out.byte(textValue);
        out.text(value);
      } else {
        out.byte(jsonValue);
        out.varint(value.length);
        out.raw(value);
      }
    }
  }
}

function valueCode(value: Json): number {
  switch (typeof value) {
    case 'number':
      return numberValue;
    case 'string':
      return textValue;
    case 'boolean':
      return value ? trueValue : falseValue;
    default:
      return value === null ? nullValue : jsonValue;
  }
}

/** Reads a segment's records in order; `strings` is the dictionary so far. */
export class RecordDecoder {
  readonly strings: string[];
  #at = 0;
  #in = new ByteReader(Buffer.alloc(0));

  constructor(strings: string[] = []) {
    this.strings = strings;
  }

  /** @throws Error when the bytes are not a record */
  read(bytes: Buffer, from: number, to: number, seq: number): JournalRecord {
    const input = new ByteReader(bytes, from, to);
    this.#in = input;
    const at = input.varint();
    this.#at = at;
    const tenant = input.varint();
    const cause = this.#cause();
    const entities: EntityDelta[] = [];
    for (let n = input.varint(); n > 0; n--) entities.push(this.#delta());
    const rows: RowDelta[] = [];
    for (let n = input.varint(); n > 0; n--) rows.push(this.#row());
    if (input.at !== to) throw new Error(`record ${seq} has ${to - input.at} bytes too many`);
    return { seq, at, tenant, cause, entities, rows };
  }

  #cause(): Cause {
    const flags = this.#in.byte();
    const by = this.#intern();
    return {
      by,
      ...(flags & 1 && { source: this.#intern() }),
      ...(flags & 2 && { traceparent: this.#in.text() }),
    };
  }

  #intern(): string {
    const code = this.#in.varint();
    if (code >= refersTo) {
      const text = this.strings[code - refersTo];
      if (text === undefined) throw new Error(`no string ${code - refersTo} in the segment's dictionary`);
      return text;
    }
    const text = this.#in.text();
    if (code === defines) this.strings.push(text);
    return text;
  }

  #interns(): string[] {
    const texts: string[] = [];
    for (let n = this.#in.varint(); n > 0; n--) texts.push(this.#intern());
    return texts;
  }

  #delta(): EntityDelta {
    const head = this.#in.byte();
    const id = this.#intern();
    switch (head & 3) {
      case opCodes.put:
        return { op: 'put', entity: this.#entity(head, id) };
      case opCodes.set: {
        const at = readInstant(this.#in, this.#at);
        const scope = head & 4 ? this.#interns() : undefined;
        const type = head & 32 ? this.#interns() : undefined;
        const remove = head & 16 ? this.#removals() : undefined;
        const attrs = this.#attributes();
        return {
          op: 'set',
          id,
          at,
          attrs,
          ...(scope && { scope }),
          ...(type && { type }),
          ...(remove && { remove }),
          ...(head & 64 && { keepNewer: true as const }),
        };
      }
      case opCodes.delete:
        if (head & forgets.marked) return this.#forget(head, id);
        return { op: 'delete', id, at: readInstant(this.#in, this.#at) };
      default: {
        const type = this.#interns();
        const at = readInstant(this.#in, this.#at);
        return { op: 'history', id, type, at, attrs: this.#attributes() };
      }
    }
  }

  #entity(head: number, id: string): Entity {
    const type = this.#interns();
    const entity: { -readonly [K in keyof Entity]: Entity[K] } = { id, type, createdAt: '', modifiedAt: '', attrs: {} };
    if (head & 4) entity.scope = this.#interns();
    if (head & 8) entity.expiresAt = readInstant(this.#in, this.#at);
    entity.createdAt = readInstant(this.#in, this.#at);
    entity.modifiedAt = readInstant(this.#in, this.#at);
    entity.attrs = this.#attributes();
    return entity;
  }

  #forget(head: number, id: string): EntityDelta {
    const at = readInstant(this.#in, this.#at);
    let past: Forgotten = 'all';
    if (!(head & forgets.all)) {
      const list: { seq: number; place?: number }[] = [];
      for (let n = this.#in.varint(); n > 0; n--) {
        const seq = this.#in.varint();
        const place = this.#in.varint();
        list.push(place === 0 ? { seq } : { seq, place: place - 1 });
      }
      past = list;
    }
    if (head & forgets.becomes) {
      const put = this.#in.byte();
      return { op: 'forget', id, at, past, becomes: this.#entity(put, this.#intern()) };
    }
    return { op: 'forget', id, at, past, ...(head & forgets.gone && { becomes: null }) };
  }

  #removals(): { name: string; datasetId?: string }[] {
    const list: { name: string; datasetId?: string }[] = [];
    for (let n = this.#in.varint(); n > 0; n--) {
      const name = this.#intern();
      list.push(this.#in.byte() === 1 ? { name, datasetId: this.#intern() } : { name });
    }
    return list;
  }

  #attributes(): Attributes {
    const attrs: Record<string, readonly Instance[]> = {};
    for (let n = this.#in.varint(); n > 0; n--) {
      const name = this.#intern();
      const instances: Instance[] = [];
      for (let k = this.#in.varint(); k > 0; k--) instances.push(this.#instance());
      attrs[name] = instances;
    }
    return attrs;
  }

  #instance(): Instance {
    const input = this.#in;
    const head = input.byte();
    const common = input.byte();
    const rare = common & 64 ? input.byte() : 0;
    const type = attributeKinds[head >> 3];
    if (type === undefined) throw new Error(`unknown attribute kind ${head >> 3}`);
    const instance: { -readonly [K in keyof Instance]: Instance[K] } = { type, value: this.#value(head & 7) };
    if (common & 1) instance.datasetId = this.#intern();
    if (common & 2) instance.observedAt = readInstant(input, this.#at);
    if (common & 4) instance.unitCode = this.#intern();
    if (common & 8) instance.createdAt = readInstant(input, this.#at);
    if (common & 16) instance.modifiedAt = readInstant(input, this.#at);
    if (common & 32) instance.sub = this.#attributes();
    if (rare === 0) return instance;
    if (rare & 1) instance.valueType = this.#intern();
    if (rare & 2) {
      const count = input.varint();
      instance.objectType = count === 0 ? this.#intern() : Array.from({ length: count - 1 }, () => this.#intern());
    }
    if (rare & 4) instance.expiresAt = readInstant(input, this.#at);
    if (rare & 8) instance.ngsildproof = JSON.parse(input.text()) as Json;
    return instance;
  }

  #value(code: number): Json {
    switch (code) {
      case numberValue:
        return readNumber(this.#in);
      case textValue:
        return this.#in.text();
      case jsonValue:
        return JSON.parse(this.#in.text()) as Json;
      case trueValue:
        return true;
      case falseValue:
        return false;
      case nullValue:
        return null;
      default:
        throw new Error(`unknown value code ${code}`);
    }
  }

  #row(): RowDelta {
    const table = this.#intern();
    const key = this.#columns();
    return { table, key, row: this.#in.byte() === 1 ? this.#columns() : null };
  }

  #columns(): Record<string, SqlValue> {
    const columns: Record<string, SqlValue> = {};
    for (let n = this.#in.varint(); n > 0; n--) {
      const name = this.#intern();
      const code = this.#in.byte();
      if (code === nullValue) columns[name] = null;
      else if (code === numberValue) columns[name] = readNumber(this.#in);
      else if (code === textValue) columns[name] = this.#in.text();
      else columns[name] = new Uint8Array(this.#in.raw(this.#in.varint()));
    }
    return columns;
  }
}
