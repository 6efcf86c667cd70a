import type { City } from '../city/index.ts';
import type { Principal } from '../http/index.ts';

/** Those of the city's districts that somebody is not kept out of. */
export const districtsFor = ({ districts }: Pick<City, 'districts'>, { areas }: Principal): City['districts'] =>
  areas ? districts.filter(({ id }) => areas.includes(id)) : districts;
