/** routes.txt */
import type { Route } from '../words.ts';
import type { Agencies } from './agency.ts';
import { readRows } from './row.ts';
import type { Named, Places } from './source.ts';

const spec = {
  file: 'routes.txt',
  columns: [
    'route_id',
    'agency_id',
    'route_short_name',
    'route_long_name',
    'route_desc',
    'route_type',
    'route_color',
    'route_text_color',
  ],
  required: ['route_id', 'route_type'],
} as const;

/** Extended route types end at 1702. */
const typeMax = 1799;

export type Routes = { readonly list: readonly Route[]; readonly places: Places };

export async function readRoutes({ zip, folder, faults, translations }: Named, agencies: Agencies): Promise<Routes> {
  const list: Route[] = [];
  const places = new Map<string, number>();
  const [only] = agencies.list;
  await readRows(zip, folder + spec.file, spec, faults, (row) => {
    const id = row.required('route_id');
    if (id === undefined) return;
    if (places.has(id)) {
      row.fault('duplicate_key', 'route_id', `the route "${id}" stands in a row before`);
      return;
    }
    const asked = row.text('agency_id');
    const agencyId = asked === '' && agencies.list.length === 1 ? (only?.id ?? '') : asked;
    if (!agencies.places.has(agencyId)) {
      row.fault('foreign_key_violation', 'agency_id', `there is no agency "${agencyId}"`);
    }
    row.required('route_type');
    const shortName = row.text('route_short_name');
    const longName = row.text('route_long_name');
    if (shortName === '' && longName === '') {
      row.fault(
        'route_both_short_and_long_name_missing',
        'route_short_name',
        'one of route_short_name and route_long_name is needed',
      );
    }
    const description = row.text('route_desc');
    const color = row.color('route_color');
    const textColor = row.color('route_text_color');
    places.set(id, list.length);
    list.push({
      id,
      agencyId,
      shortName,
      longName,
      longNames: translations.names('routes', 'route_long_name', longName, id),
      type: row.integer('route_type', [0, typeMax]) ?? 3,
      ...(description !== '' && { description }),
      ...(color !== undefined && { color }),
      ...(textColor !== undefined && { textColor }),
    });
  });
  return { list, places };
}
