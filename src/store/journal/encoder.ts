/**
 * Records as bytes. Names, ids and types are interned per segment, numbers and instants are short, composed values are
 * JSON; what comes out equals what went in, to the last bit of a number.
 */
import type { Attributes, Entity, EntityDelta, Forgotten, Instance, Json, Removal } from '../../ngsild/entity.ts';
import type { JournalRecord, RowDelta, SqlValue } from '../ports.ts';
import type { ByteWriter } from './bytes.ts';
import {
  literal,
  defines,
  refersTo,
  kindCode,
  opCodes,
  dropsFlag,
  forgets,
  forgottenDatasets,
  insteadFlag,
  removal,
  numberValue,
  textValue,
  jsonValue,
  trueValue,
  falseValue,
  nullValue,
} from './codes.ts';
import { writeInstant } from './instant.ts';
import { valueText, writeNumber } from './values.ts';

/** Beyond this many strings a segment stops interning: it bounds memory, nothing else. */
const dictionaryLimit = 200_000;

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
        this.#entity(out, opCodes.put | (delta.dropped ? dropsFlag : 0), delta.entity);
        if (delta.dropped) this.#removals(out, delta.dropped);
        return;
      case 'set': {
        const { id, at, attrs, remove, type, scope, expiresAt, keepNewer } = delta;
        const expiry = expiresAt === undefined ? 0 : expiresAt === null ? 128 : 8;
        out.byte(opCodes.set | (scope ? 4 : 0) | expiry | (remove ? 16 : 0) | (type ? 32 : 0) | (keepNewer ? 64 : 0));
        this.#intern(out, id);
        writeInstant(out, at, this.#at);
        if (scope) this.#interns(out, scope);
        if (type) this.#interns(out, type);
        if (typeof expiresAt === 'string') writeInstant(out, expiresAt, this.#at);
        if (remove) this.#removals(out, remove);
        this.#attributes(out, attrs);
        return;
      }
      case 'delete':
        out.byte(opCodes.delete);
        this.#intern(out, delta.id);
        writeInstant(out, delta.at, this.#at);
        return;
      case 'history':
        out.byte(opCodes.history | (delta.instead ? insteadFlag : 0));
        this.#intern(out, delta.id);
        this.#interns(out, delta.type);
        writeInstant(out, delta.at, this.#at);
        if (delta.instead) {
          out.varint(delta.instead.seq);
          out.varint(delta.instead.place);
        }
        this.#attributes(out, delta.attrs);
        return;
      case 'forget': {
        const { id, at, past, becomes, stays } = delta;
        const state = becomes === undefined ? 0 : becomes ? forgets.becomes : forgets.gone;
        const form = past === 'all' ? forgets.all : 'name' in past ? forgets.attribute : 0;
        out.byte(opCodes.delete | forgets.marked | form | state | (stays ? forgets.stays : 0));
        this.#intern(out, id);
        writeInstant(out, at, this.#at);
        if (past !== 'all') this.#forgotten(out, past);
        if (becomes) this.#entity(out, opCodes.put, becomes);
      }
    }
  }

  #removals(out: ByteWriter, removals: readonly Removal[]): void {
    out.varint(removals.length);
    for (const { name, datasetId, type } of removals) {
      this.#intern(out, name);
      const kind = type === undefined ? 0 : (kindCode[type] + 1) << removal.kindShift;
      out.byte(kind | (datasetId === undefined ? 0 : removal.datasetId));
      if (datasetId !== undefined) this.#intern(out, datasetId);
    }
  }

  #forgotten(out: ByteWriter, past: Exclude<Forgotten, 'all'>): void {
    if ('name' in past) {
      const { name, datasetId, all } = past;
      const { standard, named } = forgottenDatasets;
      this.#intern(out, name);
      out.byte(all ? forgottenDatasets.all : datasetId === undefined ? standard : named);
      if (!all && datasetId !== undefined) this.#intern(out, datasetId);
      return;
    }
    out.varint(past.length);
    for (const { seq, place } of past) {
      out.varint(seq);
      out.varint(place === undefined ? 0 : place + 1);
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
