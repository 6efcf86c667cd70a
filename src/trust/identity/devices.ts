/** Devices with credentials of their own: id and secret are user name and password of MQTT, or Basic or Bearer of HTTP. */
import type { Clock } from '../../base/clock.ts';
import type { NewId } from '../../base/ids.ts';
import { Problem } from '../../base/problem.ts';
import type { Principal } from '../../http/principal.ts';
import type { Database, Found } from '../../store/index.ts';
import type { By } from './accounts.ts';
import { listOf, tenantsOf, tenantsText, textOf, timeOf, type Tenants } from './columns.ts';
import type { Credentials } from './credentials.ts';
import { labelOf } from './keys.ts';
import type { Notes } from './notes.ts';
import { hashOf, type NewSecret } from './secret.ts';

export type Device = {
  /** Its user name. */
  readonly id: string;
  readonly label: string;
  /** It publishes to this topic and those below it: `air/kiosk-7`. */
  readonly topics: string;
  /** Sources that it may send readings of. */
  readonly sources: readonly string[];
  readonly tenants: Tenants;
  readonly madeAt: number;
  readonly usedAt?: number;
  readonly revokedAt?: number;
};

export type NewDevice = Pick<Device, 'label'> & Partial<Pick<Device, 'topics' | 'sources' | 'tenants'>>;

export type Devices = {
  /** @returns its password, which is shown once. `topics` may hold `{id}`. @throws Problem bad-data */
  add(given: NewDevice, by: By): { readonly device: Device; readonly secret: string };
  /** Newest first. */
  list(): readonly Device[];
  /** @throws Problem not-found */
  get(id: string): Device;
  /** At once, and for good. @throws Problem not-found */
  revoke(id: string, by: By): Device;
};

export function openDevices(deps: {
  database: Database;
  clock: Clock;
  newId: NewId;
  newSecret: NewSecret;
  notes: Notes;
  credentials: Credentials;
}): Devices {
  const { database, clock, newId, newSecret, notes, credentials } = deps;
  const deviceOf = (row: Found): Device => {
    const id = textOf(row['id']);
    const usedAt = credentials.usedAt(id) ?? timeOf(row['used_at']);
    const revokedAt = timeOf(row['revoked_at']);
    return {
      id,
      label: textOf(row['label']),
      topics: textOf(row['topics']),
      sources: listOf(row['sources']),
      tenants: tenantsOf(row['tenants']),
      madeAt: Number(row['made_at']),
      ...(usedAt !== undefined && { usedAt }),
      ...(revokedAt !== undefined && { revokedAt }),
    };
  };
  const rowOf = (id: string): Found => {
    const row = database.get('SELECT * FROM device WHERE id = ?', id);
    if (!row) throw new Problem('not-found', 'there is no such device', 'id');
    return row;
  };
  const everyRow = (): readonly Found[] => database.all('SELECT * FROM device ORDER BY made_at DESC, id');
  const load = (row: Found): void => {
    const device = deviceOf(row);
    if (device.revokedAt !== undefined) return;
    const { usedAt } = device;
    const hash = textOf(row['hash']);
    credentials.put(device.id, { hash, principal: devicePrincipal(device), ...(usedAt !== undefined && { usedAt }) });
  };
  const note = ({ id, topics, sources, tenants, revokedAt }: Device, by: By): void =>
    notes.add('device', id, {
      topics,
      sources: [...sources],
      tenants: tenants === 'all' ? tenants : [...tenants],
      revoked: revokedAt !== undefined,
      by: by.id,
    });

  everyRow().forEach(load);

  return {
    add({ label, topics = '', sources = [], tenants = [] }, by) {
      const id = newId();
      const secret = newSecret();
      database.transaction(() => {
        database.run(
          'INSERT INTO device (id, hash, label, topics, sources, tenants, made_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
          id,
          hashOf(secret),
          labelOf(label),
          topicOf(topics.replaceAll('{id}', id)),
          JSON.stringify(sources.map(sourceOf)),
          tenantsText(tenants),
          clock.now(),
        );
        note(deviceOf(rowOf(id)), by);
      });
      load(rowOf(id));
      return { device: deviceOf(rowOf(id)), secret };
    },
    list: () => everyRow().map(deviceOf),
    get: (id) => deviceOf(rowOf(id)),
    revoke(id, by) {
      const before = deviceOf(rowOf(id));
      if (before.revokedAt !== undefined) return before;
      database.transaction(() => {
        database.run('UPDATE device SET revoked_at = ? WHERE id = ?', clock.now(), id);
        note(deviceOf(rowOf(id)), by);
      });
      const after = deviceOf(rowOf(id));
      credentials.drop(id);
      return after;
    },
  };
}

const devicePrincipal = ({ id, tenants, topics, sources }: Device): Principal => ({
  id,
  kind: 'device',
  roles: [],
  tenants,
  sources,
  topics: topics === '' ? [] : [topics],
});

/** A topic without wildcards, and without a level that is empty; empty: none. */
function topicOf(given: string): string {
  const topic = given.trim().replace(/\/$/, '');
  if (topic === '') return topic;
  if (topic.length > 512 || /[+#\p{Cc}]/u.test(topic) || topic.startsWith('$') || topic.split('/').includes(''))
    throw new Problem('bad-data', 'expected a topic without + and #, such as air/kiosk-7', 'topics');
  return topic;
}

function sourceOf(given: string): string {
  const id = given.trim();
  if (id === '' || id.length > 200 || /[\p{Cc}\s]/u.test(id))
    throw new Problem('bad-data', 'expected the id of a source', 'sources');
  return id;
}
