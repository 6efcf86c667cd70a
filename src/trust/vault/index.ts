/** The door of the vault: what is known of persons, and who may look. */
export { vaultPages } from './http.ts';
export {
  anchorOf,
  anchorsIn,
  anchorsSql,
  erasedPath,
  openVault,
  rotateVaultKey,
  verifyVault,
  type Vault,
} from './vault.ts';
export { checkAccessLog } from './check.ts';
export { verifyLines, type AccessEntry, type AccessLine, type Anchor } from './accessLog.ts';
export { purposeIds, purposes, type Purpose, type PurposeId } from './purposes.ts';
export type { Opening, Openings } from './openings.ts';
export { type RecordKind, type Records, type VaultRecord } from './records.ts';
