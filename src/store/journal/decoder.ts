/** Bytes as records: the way back of `encoder.ts`. */
import {
  attributeKinds,
  type Attributes,
  type Entity,
  type EntityDelta,
  type Forgotten,
  type Instance,
  type Json,
  type Removal,
} from '../../ngsild/entity.ts';
import type { Cause, JournalRecord, RowDelta, SqlValue } from '../ports.ts';
import { ByteReader } from './bytes.ts';
import {
  defines,
  refersTo,
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
import { readInstant } from './instant.ts';
import { readNumber } from './values.ts';

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
        return {
          op: 'put',
          entity: this.#entity(head, id),
          ...(head & dropsFlag && { dropped: this.#removals() }),
        };
      case opCodes.set: {
        const at = readInstant(this.#in, this.#at);
        const scope = head & 4 ? this.#interns() : undefined;
        const type = head & 32 ? this.#interns() : undefined;
        const expiresAt = head & 8 ? readInstant(this.#in, this.#at) : head & 128 ? null : undefined;
        const remove = head & 16 ? this.#removals() : undefined;
        const attrs = this.#attributes();
        return {
          op: 'set',
          id,
          at,
          attrs,
          ...(scope && { scope }),
          ...(type && { type }),
          ...(expiresAt !== undefined && { expiresAt }),
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
        const instead = head & insteadFlag ? { seq: this.#in.varint(), place: this.#in.varint() } : undefined;
        return { op: 'history', id, type, at, attrs: this.#attributes(), ...(instead && { instead }) };
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
    const past = this.#forgotten(head);
    const stays = head & forgets.stays ? { stays: true as const } : undefined;
    if (head & forgets.becomes) {
      const put = this.#in.byte();
      return { op: 'forget', id, at, past, becomes: this.#entity(put, this.#intern()), ...stays };
    }
    return { op: 'forget', id, at, past, ...(head & forgets.gone && { becomes: null }), ...stays };
  }

  #forgotten(head: number): Forgotten {
    if (head & forgets.all) return 'all';
    if (head & forgets.attribute) {
      const name = this.#intern();
      const datasets = this.#in.byte();
      if (datasets === forgottenDatasets.all) return { name, all: true };
      return datasets === forgottenDatasets.named ? { name, datasetId: this.#intern() } : { name };
    }
    const list: { seq: number; place?: number }[] = [];
    for (let n = this.#in.varint(); n > 0; n--) {
      const seq = this.#in.varint();
      const place = this.#in.varint();
      list.push(place === 0 ? { seq } : { seq, place: place - 1 });
    }
    return list;
  }

  #removals(): Removal[] {
    const list: Removal[] = [];
    for (let n = this.#in.varint(); n > 0; n--) {
      const name = this.#intern();
      const flags = this.#in.byte();
      const type = attributeKinds[(flags >> removal.kindShift) - 1];
      list.push({
        name,
        ...(flags & removal.datasetId && { datasetId: this.#intern() }),
        ...(type !== undefined && { type }),
      });
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
