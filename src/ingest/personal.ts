import type { Reading } from '../broker/index.ts';
import type { Refusal } from './mapping/index.ts';
import { PersonalData, refusePersonalAttributes } from '../trust/index.ts';

/**
 * The schema gate, asked before readings are gathered: the broker refuses a record as a whole, and which of its readings
 * says something of a person would have to be found by trying.
 */
export function personalAmong(taken: readonly { readonly reading: Reading }[]): PersonalData | undefined {
  try {
    for (const { reading } of taken) {
      refusePersonalAttributes(reading.type, reading.attrs);
      if (reading.atBirth) refusePersonalAttributes(reading.type, reading.atBirth);
    }
    return undefined;
  } catch (error) {
    if (error instanceof PersonalData) return error;
    throw error;
  }
}

/** The name under which what the broker refused is counted. */
export const refusalOf = (error: unknown): Refusal => (error instanceof PersonalData ? 'personal' : 'refused');
