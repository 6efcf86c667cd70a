/** Opens `trust.db` and everything that knows who somebody is. */
import type { Clock } from '../../base/clock.ts';
import { randomId, type NewId } from '../../base/ids.ts';
import type { Authenticate, Principal } from '../../http/index.ts';
import { openDatabase, type Database } from '../../store/index.ts';
import { openAccounts, type Accounts } from './accounts.ts';
import { authenticator } from './authenticate.ts';
import { openCookies, type Cookies } from './cookies.ts';
import { openCredentials } from './credentials.ts';
import { openDevices, type Devices } from './devices.ts';
import { openInvitations, type Invitations } from './invitations.ts';
import { openKeys, type Keys } from './keys.ts';
import { openNotes, type Notes } from './notes.ts';
import { presentOf, type Present } from './present.ts';
import { openPasswords, type Derive } from './passwords.ts';
import { randomSecret, type NewSecret } from './secret.ts';
import { openSessions, type Sessions } from './sessions.ts';
import { openFactors, type Factors } from './signon/factors.ts';
import { trustVersions } from './tables.ts';

export type Identity = {
  readonly accounts: Accounts;
  readonly invitations: Invitations;
  readonly sessions: Sessions;
  readonly keys: Keys;
  readonly devices: Devices;
  readonly notes: Notes;
  readonly factors: Factors;
  readonly cookies: Cookies;
  /** For tables of others who know people, such as passkeys. */
  readonly database: Database;
  readonly authenticate: Authenticate;
  readonly present: Present;
  /** User name and password of MQTT. Also the id and the secret of a key. */
  readonly authenticateDevice: (username: string, password: string) => Principal | undefined;
  /** Whether the credentials that gave this principal are valid still; for connections that last. */
  readonly deviceStays: (username: string, who: Principal) => boolean;
  /** Writes what was only seen; once a minute. */
  flush(): void;
  close(): void;
};

/** @throws Problem not-supported, bad-data: see `openDatabase` */
export function openIdentity(deps: {
  /** Of `trust.db`; made when it is not there. */
  path: string;
  clock: Clock;
  newId?: NewId;
  newSecret?: NewSecret;
  derive?: Derive;
  /** Names of the city: passwords are not made of them. */
  cityNames?: readonly string[];
  /** Ids of the city's districts: accounts and keys may be limited to some. */
  districts?: readonly string[];
  /** People reach the city by https: its cookies go nowhere else. */
  secure?: boolean;
  /** The log could not be told of a change; it is told again later. */
  onNoteFailed?: (error: unknown) => void;
}): Identity {
  const {
    path,
    clock,
    newId = randomId,
    newSecret = randomSecret,
    derive,
    cityNames = [],
    districts = [],
    secure = false,
  } = deps;
  const database = openDatabase(path, trustVersions);
  try {
    const notes = openNotes(database, deps.onNoteFailed);
    const cookies = openCookies({ secure, newSecret });
    const passwords = openPasswords(derive);
    const accounts = openAccounts({ database, clock, newId, notes, passwords, cityNames, districts });
    const credentials = openCredentials(clock);
    const sessions = openSessions({ database, clock, newId, newSecret, accountOf: accounts.get });
    accounts.onChange(({ id }) => sessions.endAll(id));
    const keys = openKeys({ database, clock, newId, newSecret, notes, accounts, credentials, districts });
    const devices = openDevices({ database, clock, newId, newSecret, notes, credentials });
    const flush = (): void => {
      sessions.flush();
      keys.flush();
    };
    return {
      accounts,
      invitations: openInvitations({ database, clock, newSecret, accounts }),
      sessions,
      keys,
      devices,
      notes,
      factors: openFactors({ database, accounts, sessions, notes }),
      database,
      cookies,
      present: presentOf(accounts),
      authenticate: authenticator({ credentials, sessions, cookies }),
      authenticateDevice: credentials.find,
      deviceStays: credentials.isCurrent,
      flush,
      close() {
        flush();
        database.close();
      },
    };
  } catch (error) {
    database.close();
    throw error;
  }
}
