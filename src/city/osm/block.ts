/**
 * The data blobs (PrimitiveBlock of osmformat.proto): nodes, ways, relations. Elements are told one by one to a
 * handler; nothing is kept. Tags are decoded only where a key asks for it, since most nodes have none.
 */
import { PbfReader } from 'pbf';

export type Tags = Readonly<Record<string, string>>;

/** Positions are whole ten-millionths of a degree, as OpenStreetMap stores them: they fit 32 bits. */
export const unitsPerDegree = 1e7;

/** What an element of the pass is needed for. Absent: elements of that kind are only counted. */
export type Handlers = {
  /** `begins`: a key that makes an element interesting; `kept`: a key that is read then. Asked once per key and block. */
  readonly key: (key: string) => 'begins' | 'kept' | undefined;
  /** Return true to be given the tags of this node, if it has interesting ones. */
  readonly node?: (id: number, long: number, lat: number) => boolean;
  readonly taggedNode?: (id: number, long: number, lat: number, tags: Tags) => void;
  /** `tags` is undefined when no key is interesting. `longs` and `lats` are filled in files with LocationsOnWays. */
  readonly way?: (id: number, tags: Tags | undefined, way: WayPoints) => void;
  readonly relation?: (id: number, tags: Tags | undefined, members: () => Member[]) => void;
};

/** Valid during the call only: the arrays are used again for the next way. */
export type WayPoints = { count: number; refs: Float64Array; longs: Int32Array; lats: Int32Array; located: boolean };
export type Member = { readonly kind: 'node' | 'way' | 'relation'; readonly ref: number; readonly role: string };

export type BlockContent = {
  nodes: number;
  ways: number;
  relations: number;
  /** Ids of the nodes in it. */
  nodeMin: number;
  nodeMax: number;
};

const decoder = new TextDecoder('utf-8');
const memberKinds = ['node', 'way', 'relation'] as const;

type Block = {
  readonly pbf: PbfReader;
  /** The text of the string table, decoded at first use. */
  readonly text: (index: number) => string;
  /** 1: begins, 2: kept, 3: neither; by index of the string table. */
  readonly keyState: (index: number) => number;
  readonly toLong: (value: number) => number;
  readonly toLat: (value: number) => number;
  readonly content: BlockContent;
  readonly handlers: Handlers;
};

/** @throws Error over damaged bytes; the caller knows where in the file it is */
export function readBlock(bytes: Uint8Array, handlers: Handlers): BlockContent {
  const pbf = new PbfReader(bytes);
  const groups: (readonly [number, number])[] = [];
  const strings: Uint8Array[] = [];
  let granularity = 100;
  let latOffset = 0;
  let longOffset = 0;
  pbf.readFields((field) => {
    if (field === 1) pbf.readMessage((inner) => void (inner === 1 && strings.push(pbf.readBytes())), undefined);
    else if (field === 2) {
      const end = endOf(pbf);
      groups.push([pbf.pos, end]);
      pbf.pos = end;
    } else if (field === 17) granularity = pbf.readVarint();
    else if (field === 19) latOffset = pbf.readVarint(true);
    else if (field === 20) longOffset = pbf.readVarint(true);
  }, undefined);
  if (pbf.pos !== bytes.length) throw new Error('a field is longer than the block');
  if (granularity < 1) throw new Error(`granularity ${granularity}`);

  const texts: (string | undefined)[] = [];
  const states = new Uint8Array(strings.length);
  const text = (index: number): string => {
    const known = texts[index];
    if (known !== undefined) return known;
    const found = strings[index];
    if (!found) throw new Error(`text ${index} of ${strings.length}`);
    return (texts[index] = decoder.decode(found));
  };
  const block: Block = {
    pbf,
    text,
    keyState: (index) => {
      let state = states[index];
      if (!state) {
        const use = handlers.key(text(index));
        states[index] = state = use === 'begins' ? 1 : use === 'kept' ? 2 : 3;
      }
      return state;
    },
    // Nanodegrees, rounded to the precision of the database.
    toLong: (value) => Math.round((longOffset + granularity * value) / 100),
    toLat: (value) => Math.round((latOffset + granularity * value) / 100),
    content: { nodes: 0, ways: 0, relations: 0, nodeMin: Infinity, nodeMax: -Infinity },
    handlers,
  };
  for (const [start, end] of groups) {
    pbf.pos = start;
    pbf.readFields(
      (field) => {
        const stop = endOf(pbf);
        if (field === 1) readNode(block, stop);
        else if (field === 2) readDense(block, stop);
        else if (field === 3) readWay(block, stop);
        else if (field === 4) readRelation(block, stop);
        pbf.pos = stop;
      },
      undefined,
      end,
    );
    if (pbf.pos !== end) throw new Error('an element is longer than its group');
  }
  return block.content;
}

/** Reads the length of what follows; throws when it reaches beyond the bytes. */
function endOf(pbf: PbfReader): number {
  const end = pbf.readVarint() + pbf.pos;
  if (end > pbf.length) throw new Error('a field reaches beyond its blob');
  return end;
}

/** A zigzag varint. Most deltas take one to four bytes: those stay whole numbers of 32 bits. */
function signed(pbf: PbfReader): number {
  const { buf, pos } = pbf;
  const b0 = buf[pos] as number;
  let value = b0 & 0x7f;
  let read = 1;
  if (b0 > 0x7f) {
    const b1 = buf[pos + 1] as number;
    value |= (b1 & 0x7f) << 7;
    read = 2;
    if (b1 > 0x7f) {
      const b2 = buf[pos + 2] as number;
      value |= (b2 & 0x7f) << 14;
      read = 3;
      if (b2 > 0x7f) {
        const b3 = buf[pos + 3] as number;
        value |= (b3 & 0x7f) << 21;
        read = 4;
        if (b3 > 0x7f) return pbf.readSVarint();
      }
    }
  }
  pbf.pos = pos + read;
  return (value >>> 1) ^ -(value & 1);
}

/** Keys and values of the element that is being read, as indexes of the string table. */
let keys: number[] = [];
let values: number[] = [];

function tagsOf({ keyState, text }: Block): Tags | undefined {
  if (keys.length !== values.length) throw new Error('keys and values differ in number');
  if (!keys.some((key) => keyState(key) === 1)) return undefined;
  const tags: Record<string, string> = {};
  keys.forEach((key, i) => {
    if (keyState(key) < 3) tags[text(key)] = text(values[i] as number);
  });
  return tags;
}

function countNode({ content }: Block, id: number): void {
  content.nodes++;
  if (id < content.nodeMin) content.nodeMin = id;
  if (id > content.nodeMax) content.nodeMax = id;
}

function readNode(block: Block, stop: number): void {
  const { pbf, handlers } = block;
  let [id, lat, long] = [0, 0, 0];
  keys = [];
  values = [];
  pbf.readFields(
    (field) => {
      if (field === 1) id = pbf.readSVarint();
      else if (field === 2) pbf.readPackedVarint(keys);
      else if (field === 3) pbf.readPackedVarint(values);
      else if (field === 8) lat = pbf.readSVarint();
      else if (field === 9) long = pbf.readSVarint();
    },
    undefined,
    stop,
  );
  countNode(block, id);
  const [x, y] = [block.toLong(long), block.toLat(lat)];
  if (!handlers.node?.(id, x, y) || keys.length === 0) return;
  const tags = tagsOf(block);
  if (tags) handlers.taggedNode?.(id, x, y, tags);
}

let denseIds = new Float64Array(8192);

/** Ids and positions are deltas in three rows; keys and values are one row with 0 between the nodes. */
function readDense(block: Block, stop: number): void {
  const { pbf, handlers, content, toLat, toLong } = block;
  const at = { ids: -1, idsEnd: 0, lats: 0, longs: 0, latsEnd: 0, longsEnd: 0, tags: -1, tagsEnd: 0 };
  pbf.readFields(
    (field) => {
      const end = endOf(pbf);
      if (field === 1) [at.ids, at.idsEnd] = [pbf.pos, end];
      else if (field === 8) [at.lats, at.latsEnd] = [pbf.pos, end];
      else if (field === 9) [at.longs, at.longsEnd] = [pbf.pos, end];
      else if (field === 10) [at.tags, at.tagsEnd] = [pbf.pos, end];
      pbf.pos = end;
    },
    undefined,
    stop,
  );
  if (at.ids < 0) return;
  let count = 0;
  let id = 0;
  pbf.pos = at.ids;
  while (pbf.pos < at.idsEnd) {
    if (count === denseIds.length) {
      const larger = new Float64Array(count * 2);
      larger.set(denseIds);
      denseIds = larger;
    }
    id += signed(pbf);
    denseIds[count++] = id;
    if (id < content.nodeMin) content.nodeMin = id;
    if (id > content.nodeMax) content.nodeMax = id;
  }
  content.nodes += count;
  if (!handlers.node) return;
  let [lat, long, latAt, longAt, tagsAt] = [0, 0, at.lats, at.longs, at.tags];
  for (let i = 0; i < count; i++) {
    pbf.pos = latAt;
    lat += signed(pbf);
    latAt = pbf.pos;
    pbf.pos = longAt;
    long += signed(pbf);
    longAt = pbf.pos;
    const [x, y] = [toLong(long), toLat(lat)];
    const wanted = handlers.node(denseIds[i] as number, x, y);
    if (tagsAt < 0 || tagsAt >= at.tagsEnd) continue;
    pbf.pos = tagsAt;
    if (pbf.buf[tagsAt] === 0) pbf.pos++;
    else {
      keys = [];
      values = [];
      for (let key = pbf.readVarint(); key !== 0; key = pbf.readVarint()) {
        if (pbf.pos >= at.tagsEnd) throw new Error('the tags of a node do not end');
        keys.push(key);
        values.push(pbf.readVarint());
      }
      const tags = wanted && handlers.taggedNode ? tagsOf(block) : undefined;
      if (tags) handlers.taggedNode?.(denseIds[i] as number, x, y, tags);
    }
    tagsAt = pbf.pos;
  }
  if (latAt !== at.latsEnd || longAt !== at.longsEnd) throw new Error('nodes have more or fewer positions than ids');
}

const points: WayPoints = {
  count: 0,
  refs: new Float64Array(65_536),
  longs: new Int32Array(65_536),
  lats: new Int32Array(65_536),
  located: false,
};

function readDeltas(
  pbf: PbfReader,
  into: { [index: number]: number; readonly length: number },
  to: (sum: number) => number,
): number {
  const end = endOf(pbf);
  let count = 0;
  let sum = 0;
  while (pbf.pos < end) {
    sum += signed(pbf);
    if (count >= into.length) throw new Error(`a way of more than ${into.length} nodes`);
    into[count++] = to(sum);
  }
  if (pbf.pos !== end) throw new Error('a list of numbers is longer than announced');
  return count;
}

const same = (sum: number): number => sum;

function readWay(block: Block, stop: number): void {
  const { pbf, handlers, content } = block;
  content.ways++;
  if (!handlers.way) return;
  let id = 0;
  let located = 0;
  points.count = 0;
  keys = [];
  values = [];
  pbf.readFields(
    (field) => {
      if (field === 1) id = pbf.readVarint(true);
      else if (field === 2) pbf.readPackedVarint(keys);
      else if (field === 3) pbf.readPackedVarint(values);
      else if (field === 8) points.count = readDeltas(pbf, points.refs, same);
      else if (field === 9) located = readDeltas(pbf, points.lats, block.toLat);
      else if (field === 10) readDeltas(pbf, points.longs, block.toLong);
    },
    undefined,
    stop,
  );
  points.located = located > 0 && located === points.count;
  handlers.way(id, tagsOf(block), points);
}

function readRelation(block: Block, stop: number): void {
  const { pbf, handlers, content, text } = block;
  content.relations++;
  if (!handlers.relation) return;
  let id = 0;
  const roles: number[] = [];
  const refs: number[] = [];
  const kinds: number[] = [];
  keys = [];
  values = [];
  pbf.readFields(
    (field) => {
      if (field === 1) id = pbf.readVarint(true);
      else if (field === 2) pbf.readPackedVarint(keys);
      else if (field === 3) pbf.readPackedVarint(values);
      else if (field === 8) pbf.readPackedVarint(roles);
      else if (field === 9) pbf.readPackedSVarint(refs);
      else if (field === 10) pbf.readPackedVarint(kinds);
    },
    undefined,
    stop,
  );
  handlers.relation(id, tagsOf(block), () => {
    let ref = 0;
    return refs.map((delta, i) => {
      ref += delta;
      return { kind: memberKinds[kinds[i] ?? -1] ?? 'node', ref, role: text(roles[i] ?? -1) };
    });
  });
}
