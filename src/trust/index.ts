export * from './identity/index.ts';
export { PersonalData, personalFault, refusePersonal, refusePersonalAttributes } from './gate/index.ts';
export * from './policy/index.ts';
export {
  formatVerifier,
  inDirectory,
  leafTable,
  logIslands,
  logLink,
  look,
  openKeptSigner,
  openTransparency,
  parseVerifier,
  sha256,
  signatureTypes,
  transparencyLog,
  verifyLog,
  verifyReceipt,
  versionTable,
  type Keys,
  type LogOptions,
  type Looked,
  type Memory,
  type OpenedCheckpoint,
  type ReadPath,
  type Transparency,
} from './tlog/index.ts';
