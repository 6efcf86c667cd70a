import type { JSX } from 'preact';
import { Checks, type City, type Reader, TextField } from '../../../ui/index.ts';
import { roles as allRoles, type Role } from '../../schema.ts';
import type { AccountChange } from '../accounts.ts';
import type { Areas, Tenants } from '../columns.ts';
import { AreaFields, areasIn } from './areaFields.tsx';
import { first, listed, type Fields } from './desk.ts';
import { identityWords, roleName } from './messages/index.ts';

type Rights = {
  readonly roles: readonly Role[];
  readonly department?: string;
  readonly tenants: Tenants;
  readonly areas: Areas;
};
const noRights: Rights = { roles: [], tenants: [], areas: 'all' };

/** Roles, areas, department and tenants, as a form has them. */
export function RightsFields({
  reader,
  city,
  rights = noRights,
}: {
  reader: Reader;
  city: Pick<City, 'districts'>;
  rights?: Rights;
}): JSX.Element {
  const t = identityWords(reader.language);
  const { roles, department = '', tenants, areas } = rights;
  return (
    <>
      <Checks
        legend={t('roles')}
        name="roles"
        values={roles}
        options={allRoles.map((role) => ({ value: role, text: roleName(reader.language, role) }))}
      />
      <AreaFields reader={reader} city={city} areas={areas} />
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

/** Names that are no roles are refused by `Accounts`. @throws Problem bad-data: see `areasIn` */
export function rightsOf(
  fields: Fields,
): Required<Pick<AccountChange, 'roles' | 'department' | 'tenants'>> & Pick<AccountChange, 'areas'> {
  const tenants = first(fields, 'tenants').trim();
  return {
    roles: (fields['roles'] ?? []) as readonly Role[],
    department: first(fields, 'department').trim(),
    tenants: tenants === 'all' ? tenants : listed(tenants),
    ...areasIn(fields),
  };
}
