/** shapes.txt: the ways on the map. */
import { countingSort, type ShapeColumns } from '../columns.ts';
import { growing } from './growing.ts';
import { show } from './row.ts';
import type { FeedFiles, Places } from './source.ts';
import { readTable } from './table.ts';

const spec = {
  file: 'shapes.txt',
  columns: ['shape_id', 'shape_pt_lat', 'shape_pt_lon', 'shape_pt_sequence', 'shape_dist_traveled'],
  required: ['shape_id', 'shape_pt_lat', 'shape_pt_lon', 'shape_pt_sequence'],
} as const;

const [idAt, latAt, longAt, sequenceAt] = [0, 1, 2, 3];
const sequenceMax = 2 ** 32 - 1;

export async function readShapes({
  zip,
  folder,
  faults,
}: FeedFiles): Promise<{ shapes: ShapeColumns; places: Places }> {
  const ids: string[] = [];
  const places = new Map<string, number>();
  const of = growing((length) => new Int32Array(length));
  const sequence = growing((length) => new Uint32Array(length));
  const long = growing((length) => new Float64Array(length));
  const lat = growing((length) => new Float64Array(length));
  let lastId = '';
  let last = -1;
  await readTable(zip, folder + spec.file, spec, faults, (fields, row) => {
    const id = fields[idAt] ?? '';
    const number = (at: number, limit: number): number => {
      const text = fields[at] ?? '';
      const value = text === '' ? Number.NaN : Number(text);
      if (value >= -limit && value <= limit) return value;
      const code =
        text === '' ? 'missing_required_field' : Number.isNaN(value) ? 'invalid_float' : 'number_out_of_range';
      const field = spec.columns[at] ?? '';
      faults.add(
        code,
        { file: spec.file, row, field },
        `found ${show(text)}, wanted a number from -${limit} to ${limit}`,
      );
      return 0;
    };
    const order = Number(fields[sequenceAt] || Number.NaN);
    if (!Number.isInteger(order) || order < 0 || order > sequenceMax) {
      faults.add(
        'invalid_integer',
        { file: spec.file, row, field: 'shape_pt_sequence' },
        `found ${show(fields[sequenceAt] ?? '')}, wanted a whole number from 0 on`,
      );
    }
    if (id === '')
      faults.add('missing_required_field', { file: spec.file, row, field: 'shape_id' }, 'the field is empty');
    if (id !== lastId || last < 0) {
      let place = places.get(id);
      if (place === undefined) {
        places.set(id, (place = ids.length));
        ids.push(id);
      }
      last = place;
      lastId = id;
    }
    of.push(last);
    sequence.push(order >= 0 ? order : 0);
    lat.push(number(latAt, 90));
    long.push(number(longAt, 180));
  });
  const [shapeOf, sequenceOf, longOf, latOf] = [of.done(), sequence.done(), long.done(), lat.done()];
  const { first, order } = inOrder(shapeOf, sequenceOf, ids.length);
  for (const [shape, id] of ids.entries()) {
    const start = first[shape] ?? 0;
    const end = first[shape + 1] ?? 0;
    const where = { file: spec.file, field: 'shape_pt_sequence' };
    for (let i = start + 1; i < end; i++) {
      if (sequenceOf[order[i] ?? 0] === sequenceOf[order[i - 1] ?? 0]) {
        faults.add(
          'duplicate_key',
          { ...where, row: (order[i] ?? 0) + 1 },
          `the shape "${id}" has two points at this place`,
        );
      }
    }
    if (end - start === 1)
      faults.add(
        'shape_with_single_point',
        { ...where, row: (order[start] ?? 0) + 1 },
        `the shape "${id}" has one point`,
      );
  }
  const gather = (from: Float64Array): Float64Array => Float64Array.from(order, (at) => from[at] ?? 0);
  return { shapes: { ids, first, long: gather(longOf), lat: gather(latOf) }, places };
}

/**
 * Rows by their owner (trip, shape), then by sequence.
 * @returns where each owner's rows begin, and the rows in order
 */
export function inOrder(
  ownerOf: Int32Array,
  sequenceOf: Uint32Array,
  owners: number,
): { first: Uint32Array; order: Uint32Array } {
  const count = ownerOf.length;
  const order = countingSort(count, Math.max(1, owners), (i) => ownerOf[i] ?? 0);
  const first = new Uint32Array(owners + 1);
  for (let i = 0; i < count; i++) {
    const at = (ownerOf[i] ?? 0) + 1;
    first[at] = (first[at] ?? 0) + 1;
  }
  for (let owner = 1; owner <= owners; owner++) first[owner] = (first[owner] ?? 0) + (first[owner - 1] ?? 0);
  for (let owner = 0; owner < owners; owner++) {
    const rows = order.subarray(first[owner] ?? 0, first[owner + 1] ?? 0);
    let sorted = true;
    for (let i = 1; i < rows.length && sorted; i++) {
      sorted = (sequenceOf[rows[i] ?? 0] ?? 0) >= (sequenceOf[rows[i - 1] ?? 0] ?? 0);
    }
    if (!sorted) rows.sort((a, b) => (sequenceOf[a] ?? 0) - (sequenceOf[b] ?? 0) || a - b);
  }
  return { first, order };
}
