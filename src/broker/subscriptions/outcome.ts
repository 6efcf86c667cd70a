/** What an attempt to deliver makes of a subscription's progress, and when the next may be made (5.2.14.2, 5.2.15). */
import { OutboundFailure } from '../../http/index.ts';
import type { Endpoint } from '../../ngsild/index.ts';
import type { Progress } from './rows.ts';

const firstPauseMs = 1_000;
const lastPauseMs = 5 * 60_000;
/** Answers that another attempt may change (RFC 9110, RFC 8470, RFC 6585); the other 4xx and 3xx will stay what they are. */
const passing = new Set([408, 409, 421, 423, 425, 429]);

/** @param sentAt, at ms: when the attempt began and when it ended */
export function afterSuccess(progress: Progress, sentAt: number, at: number): Progress {
  return {
    ...progress,
    timesSent: progress.timesSent + 1,
    lastNotification: sentAt,
    lastSuccess: at,
    lastError: null,
    failures: 0,
    refusals: 0,
  };
}

export function afterFailure(progress: Progress, sentAt: number, at: number, error: unknown): Progress {
  return {
    ...progress,
    timesSent: progress.timesSent + 1,
    timesFailed: progress.timesFailed + 1,
    lastNotification: sentAt,
    lastFailure: at,
    lastError: (error instanceof Error ? error.message : String(error)).slice(0, 300),
    failures: progress.failures + 1,
  };
}

/** The endpoint has understood and will not have it. */
export function isRefusal(error: unknown): boolean {
  if (!(error instanceof OutboundFailure) || error.reason !== 'status') return false;
  const { answered = 0 } = error;
  // Reason codes of MQTT: 0x87 not authorized, 0x90 topic name, 0x95 too large, 0x99 payload format (MQTT 5, 3.4.2.1).
  if (answered < 300) return [0x87, 0x90, 0x95, 0x99].includes(answered);
  return answered < 500 && !passing.has(answered);
}

/** ms until the next attempt: doubles with each failure, and is never less than what the endpoint asked for. */
export function retryAfter(failures: number, { cooldown = 0 }: Endpoint, error: unknown): number {
  const asked = error instanceof OutboundFailure ? (error.retryAfterMs ?? 0) : 0;
  const doubled = Math.min(lastPauseMs, firstPauseMs * 2 ** Math.min(failures - 1, 20));
  return Math.max(doubled, cooldown, Math.min(asked, lastPauseMs));
}
