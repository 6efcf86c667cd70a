import type { Connection } from '../schema.ts';
import type { FeedTools } from './feed.ts';

/** Keeps since when a feed stands as it does, and says a change once in the log. */
export type ConnectionState = {
  connecting(): void;
  /** @param detail it answers, but what it says cannot be used */
  reachable(detail?: string, nextTryMs?: number): void;
  unreachable(detail: string, nextTryMs?: number): void;
};

export function connectionState(tools: Pick<FeedTools, 'clock' | 'log' | 'connection'>): ConnectionState {
  let now: Connection | undefined;
  const become = (state: Connection['state'], detail?: string, nextTryMs?: number): void => {
    const changed = now?.state !== state;
    const toRubbish = (now?.detail === undefined) !== (detail === undefined);
    const since = now && !changed ? now.since : new Date(tools.clock.now()).toISOString();
    now = {
      state,
      since,
      ...(detail !== undefined && { detail: detail.slice(0, 300) }),
      ...(nextTryMs !== undefined && { nextTryAt: new Date(nextTryMs).toISOString() }),
    };
    tools.connection(now);
    if (!changed && !toRubbish) return;
    if (state === 'unreachable') tools.log.warn('feed: the other side does not answer', { detail });
    else if (detail !== undefined) tools.log.warn('feed: the other side answers nothing usable', { detail });
    else if (state === 'reachable') tools.log.info('feed: the other side answers');
  };
  return {
    connecting: () => become('connecting'),
    reachable: (detail, nextTryMs) => become('reachable', detail, nextTryMs),
    unreachable: (detail, nextTryMs) => become('unreachable', detail, nextTryMs),
  };
}
