/** The bytes that stand for kinds of things in a record; encoder and decoder share them. */
import { attributeKinds, type AttributeKind } from '../../ngsild/entity.ts';

// Codes of an interned string; `refersTo + n` is the n-th string of the segment's dictionary.
export const literal = 0;
export const defines = 1;
export const refersTo = 2;

export const kindCode = Object.fromEntries(attributeKinds.map((kind, code) => [kind, code])) as Record<
  AttributeKind,
  number
>;
export const opCodes = { put: 0, set: 1, delete: 2, history: 3 } as const;
/** On `put`: what it drops follows. Since format 3. */
export const dropsFlag = 16;
/** On `delete`: it is a `forget`, with these flags. Since format 2; `attribute` and `stays` since format 3. */
export const forgets = { marked: 4, all: 8, gone: 16, becomes: 32, attribute: 64, stays: 128 } as const;
/** Which datasets of the attribute are forgotten. */
export const forgottenDatasets = { standard: 0, named: 1, all: 2 } as const;
/** On `history`: the instance takes the place of another. Since format 3. */
export const insteadFlag = 4;
/** Of what is removed: a datasetId follows; the kind stands in the other bits, plus one. The kind since format 3. */
export const removal = { datasetId: 1, kindShift: 1 } as const;

// What follows an instance's kind, by the low three bits.
export const numberValue = 0;
export const textValue = 1;
export const jsonValue = 2;
export const trueValue = 3;
export const falseValue = 4;
export const nullValue = 5;
