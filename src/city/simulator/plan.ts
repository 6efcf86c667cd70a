/** Which equipment the sample city has; the rest follows from its streets. Read from `namuna/plan.json`. */
import type { Position } from '../profile.ts';
import namunaPlan from '../namuna/plan.json' with { type: 'json' };

export type Plan = {
  readonly meters: readonly {
    readonly id: string;
    readonly district: string;
    readonly street: string;
    readonly number: number;
    /** A young meter on a poor link: its history is short and full of gaps. */
    readonly fewData?: boolean;
  }[];
  readonly airStations: readonly { readonly id: string; readonly street: string; readonly number: number }[];
  readonly routes: readonly {
    readonly id: string;
    readonly streets: readonly string[];
    readonly buses: number;
    /** How many of the buses stand in the depot. */
    readonly reserve: number;
  }[];
  readonly gauge: { readonly id: string; readonly street: string; readonly at: Position };
  readonly lamps: {
    readonly count: number;
    /** The one group that goes silent in the first night. */
    readonly largest: { readonly street: string; readonly count: number };
  };
  readonly substations: number;
  readonly story: {
    readonly leak: string;
    readonly burst: string;
    /** Districts whose lamps have been dimmed after midnight for some months only. */
    readonly dimmed: readonly string[];
  };
};

export function samplePlan(): Plan {
  const { gauge, ...rest } = namunaPlan;
  const [long = 0, lat = 0] = gauge.at;
  return { ...rest, gauge: { ...gauge, at: [long, lat] } };
}
