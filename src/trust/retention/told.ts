/**
 * What the transparency log is told of runs and holds. Whose data a hold is about, and in which file, is not for everybody:
 * of that the log has a commitment, and the row its key.
 */
import type { Json } from '../../ngsild/entity.ts';
import { commitmentOf } from '../tlog/index.ts';

/** Times as ISO 8601. */
export const runRecord = (run: {
  readonly at: string;
  readonly by: string;
  readonly version: string;
  readonly counts: Readonly<Record<string, Json>>;
}): Json => ({ ...run });

export const holdSet = ({
  key,
  target,
  reference,
  ...open
}: {
  readonly kind: string;
  readonly target: string;
  readonly reference: string;
  readonly until: string;
  readonly by: string;
  readonly at: string;
  readonly key: string;
}): Json => ({ state: 'set', ...open, about: commitmentOf({ target, reference }, key) });

export const holdLifted = (lifted: { readonly kind: string; readonly by: string; readonly at: string }): Json => ({
  state: 'lifted',
  ...lifted,
});
