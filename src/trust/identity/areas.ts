/** The districts that an account or a key is limited to. */
import { Problem } from '../../base/problem.ts';
import type { Principal } from '../../http/principal.ts';
import type { Areas } from './columns.ts';

/**
 * @param districts ids of the city's profile
 * @param before    what was there: a district that the profile has lost since may stay, and means nothing
 * @returns sorted
 * @throws Problem bad-data (areas)
 */
export function checkedAreas(given: Areas, districts: readonly string[], before: Areas = []): Areas {
  if (given === 'all') return given;
  if (given.length === 0) throw new Problem('bad-data', 'name at least one district, or the whole city', 'areas');
  const wrong = given.find((id) => !districts.includes(id) && !before.includes(id));
  if (wrong !== undefined) {
    const known = districts.length === 0 ? 'the profile has none' : `there are ${districts.join(', ')}`;
    throw new Problem('bad-data', `"${wrong}" is no district of this city; ${known}`, 'areas');
  }
  return [...new Set(given)].sort();
}

/** What an account, or earlier rights, still leave of what a key names. */
export function sharedAreas(account: Areas, key: Areas | undefined): Areas {
  if (key === undefined || key === 'all') return account;
  return account === 'all' ? key : key.filter((id) => account.includes(id));
}

/** As the policy knows them. */
export const limitOf = (areas: Areas): Pick<Principal, 'areas'> => (areas === 'all' ? {} : { areas });
