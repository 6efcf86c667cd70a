/**
 * `--import ./scripts/cases.mjs` with `CHORSU_TEST_CASES=20`: every property of fast-check is tried with twenty times as many
 * cases as its test asks for. A failure prints seed and path, as always. `npm run test:long` does it.
 */
import { registerHooks } from 'node:module';

const factor = Number(process.env.CHORSU_TEST_CASES ?? 1);
const entry = /\/fast-check\/lib\/fast-check\.js$/;

/** Stands where fast-check stood: the same exports, but `assert` asks for more. */
const more = (url) => `
  import * as plain from '${url}?plain';
  export * from '${url}?plain';
  export const assert = (property, { numRuns = 100, ...others } = {}) =>
    plain.assert(property, { ...others, numRuns: Math.ceil(numRuns * ${factor}) });
  export default { ...plain, assert };
`;

if (factor !== 1) {
  registerHooks({
    load: (url, context, nextLoad) =>
      entry.test(url) ? { format: 'module', source: more(url), shortCircuit: true } : nextLoad(url, context),
  });
}
