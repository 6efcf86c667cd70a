import type { FeedKind } from './feed.ts';

/** The kinds of live feeds that a mapping file may name. */
export const feedKinds: readonly FeedKind[] = [];
