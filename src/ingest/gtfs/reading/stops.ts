/** stops.txt: stops, stations and what belongs to them. */
import type { Accessible, LocationType, Stop } from '../words.ts';
import { readRows } from './row.ts';
import type { Named, Places } from './source.ts';

const spec = {
  file: 'stops.txt',
  columns: [
    'stop_id',
    'stop_code',
    'stop_name',
    'stop_desc',
    'stop_lat',
    'stop_lon',
    'location_type',
    'parent_station',
    'platform_code',
    'wheelchair_boarding',
  ],
  required: ['stop_id'],
} as const;

const station = 1;
/** Where vehicles stop, stations and entrances must lie somewhere; nodes and boarding areas need not. */
const mustLieSomewhere = 2;

export type Stops = { readonly list: readonly Stop[]; readonly places: Places };

export async function readStops({ zip, folder, faults, translations }: Named): Promise<Stops> {
  const list: Stop[] = [];
  const rows: number[] = [];
  const places = new Map<string, number>();
  const found = await readRows(zip, folder + spec.file, spec, faults, (row) => {
    const id = row.required('stop_id');
    if (id === undefined) return;
    if (places.has(id)) {
      row.fault('duplicate_key', 'stop_id', `the stop "${id}" stands in a row before`);
      return;
    }
    const locationType = row.choice('location_type', 4, 0) as LocationType;
    const lat = row.decimal('stop_lat', [-90, 90]);
    const long = row.decimal('stop_lon', [-180, 180]);
    const name = row.text('stop_name');
    if (locationType <= mustLieSomewhere) {
      if (row.text('stop_lat') === '' || row.text('stop_lon') === '') {
        row.fault(
          'stop_without_location',
          row.text('stop_lat') === '' ? 'stop_lat' : 'stop_lon',
          'the stop lies nowhere',
        );
      }
      row.required('stop_name');
    }
    const code = row.text('stop_code');
    const description = row.text('stop_desc');
    const parent = row.text('parent_station');
    const platformCode = row.text('platform_code');
    places.set(id, list.length);
    rows.push(row.number());
    list.push({
      id,
      name,
      names: translations.names('stops', 'stop_name', name, id),
      locationType,
      wheelchairBoarding: row.choice('wheelchair_boarding', 2, 0) as Accessible,
      ...(code !== '' && { code }),
      ...(description !== '' && { description }),
      ...(lat !== undefined && long !== undefined && { position: [long, lat] as const }),
      ...(parent !== '' && { parent }),
      ...(platformCode !== '' && { platformCode }),
    });
  });
  if (found && list.length === 0) faults.add('empty_file', { file: spec.file }, 'no stop stands in it');
  for (const [at, stop] of list.entries()) {
    const where = { file: spec.file, row: rows[at] ?? 0, field: 'parent_station' };
    const wanted = stop.locationType === 4 ? 0 : station;
    if (stop.parent === undefined) {
      if (stop.locationType > station)
        faults.add('location_without_parent_station', where, 'an entrance, node or boarding area belongs to a station');
      continue;
    }
    if (stop.locationType === station) {
      faults.add('station_with_parent_station', where, 'a station belongs to no other');
      continue;
    }
    const parent = list[places.get(stop.parent) ?? -1];
    if (!parent) faults.add('foreign_key_violation', where, `there is no stop "${stop.parent}"`);
    else if (parent.locationType !== wanted) {
      faults.add(
        'wrong_parent_location_type',
        where,
        `"${stop.parent}" has location_type ${parent.locationType}, wanted ${wanted}`,
      );
    }
  }
  return { list, places };
}
