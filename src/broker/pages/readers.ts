/** What pages remember, apart for readers who see different things. */
import type { Principal } from '../../http/index.ts';
import type { City } from '../../ui/index.ts';
import type { Broker } from '../broker.ts';
import { cityState, type CityState } from './cityState.ts';
import { createNames, type Names } from './names.ts';

export type Remembered = { readonly state: CityState; readonly names: Names };

/** Kinds of readers remembered; each may hold some megabytes of names. */
const kindsMax = 20;

export function rememberedFor(deps: { broker: Broker; city: City; now: () => number }): (who: Principal) => Remembered {
  const { broker } = deps;
  const kinds = new Map<string, Remembered>();
  return (who) => {
    const { name } = broker.view(who);
    const known = kinds.get(name) ?? {
      state: cityState({ ...deps, who }),
      names: createNames(async (id) => (await broker.find(who, 0, id))?.entity),
    };
    // In order of last use.
    kinds.delete(name);
    kinds.set(name, known);
    if (kinds.size > kindsMax) kinds.delete(kinds.keys().next().value ?? '');
    return known;
  };
}
