import type { Principal } from '../http/index.ts';
import type { Policy } from '../trust/index.ts';
import type { Health } from './health.ts';

/**
 * What a reader is shown of what came in. What was refused may be anything that somebody sent, and topics tell of devices:
 * everybody sees how much it was and why, the rest is for those who look after it.
 */
export function shownTo(who: Principal, { health, policy }: { health: Health; policy: Pick<Policy, 'permits'> }) {
  if (policy.permits(who, 'readRefusals'))
    return { reports: health.reports(), unmapped: health.unmappedTopics(), lastUnmapped: health.lastUnmapped() };
  return {
    reports: health.reports().map((one) => ({ ...one, health: { ...one.health, lastRejects: [] } })),
    unmapped: [],
    lastUnmapped: [],
  };
}
