/** What was done to the sample city from outside: its valves and lights obey commands. Facts are passed in; the rest stays pure. */
export type Facts = {
  /** How far the valve of a street's main is open at an instant, 0 to 100. */
  valveAt(street: string, at: number): number;
};

/** Nobody has touched anything. */
export const untouched: Facts = { valveAt: () => 100 };
