import type { NavigationEntry } from '../ui/index.ts';
import { policyLink } from './policy/index.ts';
import { retentionLink } from './retention/index.ts';
import { logLink } from './tlog/index.ts';

/** For the foot of every page. */
export const trustLinks = (language: string): readonly NavigationEntry[] => [
  logLink(language),
  retentionLink(language),
  policyLink(language),
];
export * from './identity/index.ts';
export * from './vault/index.ts';
export * from './retention/index.ts';
export { PersonalData, personalFault, refusePersonal, refusePersonalAttributes } from './gate/index.ts';
export * from './policy/index.ts';
export {
  formatVerifier,
  inDirectory,
  leafTable,
  logIslands,
  look,
  openKeptSigner,
  openTransparency,
  parseVerifier,
  sha256,
  signatureTypes,
  transparencyLog,
  verifyLog,
  verifyReceipt,
  verifyRecords,
  versionTable,
  type CheckedRecords,
  type Deviation,
  type Keys,
  type LogOptions,
  type Looked,
  type Memory,
  type OpenedCheckpoint,
  type ReadPath,
  type Transparency,
} from './tlog/index.ts';
