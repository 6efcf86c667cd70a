import { Problem } from '../../base/problem.ts';
import { compileContext, coreContext } from '../../ngsild/index.ts';
import type { Cursor } from './cursor.ts';

/** Names to IRIs. */
export type Expand = (name: string) => string;

/**
 * Expands with the `@context` of the file (terms, or core contexts by address), then the core's terms, then the
 * default vocabulary. A context elsewhere is not loaded: a mapping file is complete in itself.
 */
export function expander(at: Cursor): Expand {
  if (!at.given) return (name) => coreContext.expand(name);
  try {
    const context = compileContext(at.value);
    return (name) => context.expand(name);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    at.fault(`a context of terms and IRIs (${error.message})`);
    return (name) => coreContext.expand(name);
  }
}

/** Sub-attribute of a value: `flagged`, `invalid` or `missing`; absent = measured and good. */
export const statusAttribute = coreContext.expand('status');
/** Property of every entity that a source made: the id of the source. */
export const sourceAttribute = coreContext.expand('source');
