import { qalcosonicW1 } from './axioma.ts';
import { dlPm, dlPr26 } from './decentlab.ts';
import type { Decoder } from './frame.ts';
import { em310Udl, em400Mud, em500Swl } from './milesight.ts';

/** By the name that a mapping gives: maker and device as in The Things Network's device repository. */
export const decoders: Readonly<Record<string, Decoder>> = {
  'axioma/qalcosonic-w1': qalcosonicW1,
  'milesight-iot/em310-udl': em310Udl,
  'milesight-iot/em400-mud': em400Mud,
  'milesight-iot/em500-swl': em500Swl,
  'decentlab/dl-pm': dlPm,
  'decentlab/dl-pr26-0-1': dlPr26,
};

export type { Decoded, Decoder } from './frame.ts';
