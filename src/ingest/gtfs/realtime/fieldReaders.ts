/** What the value of a field becomes: each reader puts it under a name of the message. */
import type { Fields, Read, Wire } from './wire.ts';

type Named<K extends string, V> = { [P in K]?: V };

const reader =
  <V>(read: (wire: Wire) => V) =>
  <K extends string>(name: K): Read<Named<K, V>> =>
  (wire, into) => {
    into[name] = read(wire);
  };

export const text = reader((wire) => wire.text());
export const unsigned = reader((wire) => wire.unsigned());
export const signed = reader((wire) => wire.signed());
export const int32 = reader((wire) => wire.int32());
export const float = reader((wire) => wire.float());
export const double = reader((wire) => wire.double());

/** A number that stands for a word. */
export const word = <K extends string, V>(name: K, words: (value: number) => V): Read<Named<K, V>> =>
  reader((wire) => words(wire.unsigned()))(name);

/** A message of its own; one that occurs twice is merged. */
export const message =
  <K extends string, M extends object>(name: K, fields: Fields<M>): Read<Named<K, M>> =>
  (wire, into) => {
    into[name] = wire.message({ ...into[name] } as M, fields);
  };
