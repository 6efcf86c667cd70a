import type { JSX } from 'preact';
import { Checks, type Reader, TextField } from '../../../ui/index.ts';
import { roles as allRoles, type Role } from '../../schema.ts';
import type { AccountChange } from '../accounts.ts';
import type { Tenants } from '../columns.ts';
import { first, listed, type Fields } from './desk.ts';
import { identityWords, roleName } from './messages/index.ts';

type Rights = { readonly roles: readonly Role[]; readonly department?: string; readonly tenants: Tenants };

/** Roles, department and tenants, as a form has them. */
export function RightsFields({ reader, rights }: { reader: Reader; rights: Rights }): JSX.Element {
  const t = identityWords(reader.language);
  const { roles, department = '', tenants } = rights;
  return (
    <>
      <Checks
        legend={t('roles')}
        name="roles"
        values={roles}
        options={allRoles.map((role) => ({ value: role, text: roleName(reader.language, role) }))}
      />
      <TextField id="department" name="department" label={t('department')} value={department} />
      <TextField
        id="tenants"
        name="tenants"
        label={t('tenants')}
        help={t('tenantsHelp')}
        value={tenants === 'all' ? tenants : tenants.join(', ')}
      />
    </>
  );
}

/** Names that are no roles are refused by `Accounts`. */
export function rightsOf(fields: Fields): Required<Pick<AccountChange, 'roles' | 'department' | 'tenants'>> {
  const tenants = first(fields, 'tenants').trim();
  return {
    roles: (fields['roles'] ?? []) as readonly Role[],
    department: first(fields, 'department').trim(),
    tenants: tenants === 'all' ? tenants : listed(tenants),
  };
}
