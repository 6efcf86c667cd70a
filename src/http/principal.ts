/** Who asks. Every broker and service call takes one; `trust/policy` decides what it may see and do. */
export type Principal = {
  readonly id: string;
  readonly kind: 'anonymous' | 'person' | 'service' | 'device' | 'system';
  readonly roles: readonly string[];
};

/** The platform itself: sweeps, retention, the simulator. */
export const systemPrincipal: Principal = { id: 'system', kind: 'system', roles: ['system'] };

/** Whoever reaches a server that runs with `--auth off`, on loopback only. */
export const anonymousPrincipal: Principal = { id: 'anonymous', kind: 'anonymous', roles: [] };
