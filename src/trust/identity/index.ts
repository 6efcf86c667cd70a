/** The door of identity: who somebody is, and how they prove it. */
export { checkIdentity } from './check.ts';
export type { Areas } from './columns.ts';
export { retiredAccounts } from './retired.ts';
export {
  isAdministrator,
  type Account,
  type AccountChange,
  type Accounts,
  type By,
  type NewAccount,
} from './accounts.ts';
export type { Device, Devices, NewDevice } from './devices.ts';
export { freshMs, freshSession } from './fresh.ts';
export { readOidcSettings } from './oidc/settings.ts';
export { signOnIslands } from './signon/index.ts';
export { openIdentity, type Identity } from './identity.ts';
export { accountEntry, identityPages } from './pages/index.tsx';
export { roleName } from './pages/messages/index.ts';
export { invitationMs, type Invitations } from './invitations.ts';
export { keyActions, type ApiKey, type Keys, type NewKey } from './keys.ts';
export { checkPassword, passwordMax, passwordMin } from './passwords.ts';
export type { Present } from './present.ts';
export { principalOf, type Session, type Sessions } from './sessions.ts';
