import type { NavigationEntry } from '../ui/index.ts';
import { checkIdentity } from './identity/index.ts';
import { policyLink } from './policy/index.ts';
import { checkRetention, retentionLink } from './retention/index.ts';
import { logLink, type RecordsCheck } from './tlog/index.ts';
import { checkAccessLog } from './vault/index.ts';

/** For the foot of every page. */
export const trustLinks = (language: string): readonly NavigationEntry[] => [
  logLink(language),
  retentionLink(language),
  policyLink(language),
];

/** Of what stands beside the log's own rows and is shown too. */
export const recordChecks: readonly RecordsCheck[] = [checkRetention, checkIdentity, checkAccessLog];

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
  verifyReplaced,
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
