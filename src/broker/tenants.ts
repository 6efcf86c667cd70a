/**
 * Tenants: names of clients' own worlds to the integers that stand in every record and key. CIM 009 v1.9.1, 4.14, 5.5.10.
 * The registry is a table of the journal; here it is held in memory, so that no request has to ask.
 */
import { Problem } from '../base/problem.ts';
import type { Principal } from '../http/principal.ts';
import type { Change, Rows, TableDefinition, Tenant } from '../store/ports.ts';
import type { Writer } from '../store/writer.ts';
import type { Policy } from '../trust/index.ts';

export const tenantTable: TableDefinition = {
  name: 'tenant',
  columns: { name: 'TEXT', number: 'INTEGER' },
  key: ['name'],
};

/** Tenants of one city, the default one not counted. */
const tenantsMax = 100;
const namePattern = /^[\x21-\x7e]{1,256}$/;

export type Tenants = {
  /** The writer for whoever writes into tenants: the first change of a new one brings its row of the registry. */
  readonly writer: Writer;
  /** @throws Problem forbidden, unknown-tenant, bad-data */
  get(who: Principal, name: string): Tenant;
  /**
   * Runs an operation that makes its tenant when it is new. The tenant is there when something of the operation is: one
   * that fails leaves none.
   * @throws Problem forbidden when there are as many as there may be, bad-data, and what the operation throws
   */
  making<T>(who: Principal, name: string, operation: (tenant: Tenant) => Promise<T>): Promise<T>;
  /** The name of a tenant; undefined: the default one. */
  nameOf(tenant: Tenant): string | undefined;
  /** Names, in the order in which they were made. */
  list(): readonly string[];
};

export async function openTenants(deps: { rows: Rows; writer: Writer; policy: Policy }): Promise<Tenants> {
  const { rows, writer, policy } = deps;
  const known = new Map<string, Tenant>();
  for (const { name, number } of await rows.all('SELECT name, number FROM tenant ORDER BY number'))
    known.set(String(name), Number(number));
  let last = Math.max(0, ...known.values());
  /** Those without a durable change yet, and how many operations are trying to make one. */
  const coming = new Map<string, { readonly tenant: Tenant; users: number }>();
  const names = new Map<Tenant, string>();

  /** Whoever may not enter does not learn whether it is there. */
  const checked = (who: Principal, name: string): string => {
    if (!namePattern.test(name))
      throw new Problem('bad-data', 'a tenant is named by visible ASCII characters', 'NGSILD-Tenant');
    if (!policy.permits(who, 'enterTenant', { type: 'Tenant', id: name }))
      throw new Problem('forbidden', `you may not enter the tenant ${name}`, 'NGSILD-Tenant');
    return name;
  };

  const commit = async (change: Change): ReturnType<Writer['commit']> => {
    const name = names.get(change.tenant);
    if (name === undefined) return writer.commit(change);
    const row = { table: tenantTable.name, key: { name }, row: { number: change.tenant } };
    const place = await writer.commit({ ...change, rows: [...change.rows, row] });
    known.set(name, change.tenant);
    names.delete(change.tenant);
    return place;
  };

  return {
    writer: { ...writer, commit: (change) => (names.size === 0 ? writer.commit(change) : commit(change)) },
    get(who, name) {
      const tenant = known.get(checked(who, name));
      if (tenant === undefined) throw new Problem('unknown-tenant', `there is no tenant ${name}`, 'NGSILD-Tenant');
      return tenant;
    },
    async making(who, name, operation) {
      const there = known.get(checked(who, name));
      if (there !== undefined) return operation(there);
      if (!policy.permits(who, 'makeTenants'))
        throw new Problem('forbidden', 'you may not make tenants', 'NGSILD-Tenant');
      let made = coming.get(name);
      if (!made) {
        if (known.size + coming.size >= tenantsMax)
          throw new Problem('forbidden', `there are ${tenantsMax} tenants, and no more are made`, 'NGSILD-Tenant');
        made = { tenant: ++last, users: 0 };
        coming.set(name, made);
        names.set(made.tenant, name);
      }
      made.users++;
      try {
        return await operation(made.tenant);
      } finally {
        if (--made.users === 0) {
          coming.delete(name);
          names.delete(made.tenant);
        }
      }
    },
    nameOf: (tenant) => [...known].find(([, number]) => number === tenant)?.[0],
    list: () => [...known.keys()],
  };
}
