/** What was done to the sample city from outside: its valves and lights obey commands. Facts are passed in; the rest stays pure. */
export type Facts = {
  /** How far the valve of a street's main is open at an instant, 0 to 100. */
  valveAt(street: string, at: number): number;
  /** What a group of lights was told last, and when; undefined: nothing. */
  lightAt(group: string, at: number): { readonly at: number; readonly level: number } | undefined;
};

/** Nobody has touched anything. */
export const untouched: Facts = { valveAt: () => 100, lightAt: () => undefined };
