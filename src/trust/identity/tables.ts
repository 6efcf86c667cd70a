import { codeTables } from './codes/tables.ts';
import { linkTables } from './oidc/links.ts';
import { passkeyTables } from './passkeys/tables.ts';

/**
 * The tables of `trust.db`: who may come in, and by what. Secrets stand here as hashes only. Times are ms since 1970; lists are
 * JSON. A version, once released, never changes: what is new is appended.
 */
export const trustVersions: readonly string[] = [
  `CREATE TABLE account (
     id TEXT PRIMARY KEY,
     kind TEXT NOT NULL CHECK (kind IN ('person', 'service')),
     name TEXT NOT NULL UNIQUE,
     display_name TEXT NOT NULL,
     password TEXT,
     must_change INTEGER NOT NULL DEFAULT 0,
     roles TEXT NOT NULL,
     department TEXT,
     tenants TEXT NOT NULL,
     disabled INTEGER NOT NULL DEFAULT 0,
     made_at INTEGER NOT NULL
   ) STRICT;
   CREATE TABLE invitation (
     hash TEXT PRIMARY KEY,
     account TEXT NOT NULL UNIQUE REFERENCES account (id),
     expires_at INTEGER NOT NULL
   ) STRICT;
   CREATE TABLE session (
     hash TEXT PRIMARY KEY,
     id TEXT NOT NULL UNIQUE,
     account TEXT NOT NULL REFERENCES account (id),
     browser TEXT NOT NULL,
     made_at INTEGER NOT NULL,
     seen_at INTEGER NOT NULL
   ) STRICT;
   CREATE TABLE api_key (
     id TEXT PRIMARY KEY,
     hash TEXT NOT NULL,
     account TEXT NOT NULL REFERENCES account (id),
     label TEXT NOT NULL,
     scope TEXT NOT NULL,
     tenants TEXT,
     made_at INTEGER NOT NULL,
     expires_at INTEGER NOT NULL,
     used_at INTEGER,
     revoked_at INTEGER
   ) STRICT;
   CREATE TABLE device (
     id TEXT PRIMARY KEY,
     hash TEXT NOT NULL,
     label TEXT NOT NULL,
     topics TEXT NOT NULL,
     sources TEXT NOT NULL,
     tenants TEXT NOT NULL,
     made_at INTEGER NOT NULL,
     used_at INTEGER,
     revoked_at INTEGER
   ) STRICT;
   CREATE TABLE note (
     seq INTEGER PRIMARY KEY AUTOINCREMENT,
     type TEXT NOT NULL,
     id TEXT NOT NULL,
     record TEXT NOT NULL
   ) STRICT`,
  passkeyTables,
  codeTables,
  `${linkTables};
   ALTER TABLE session ADD COLUMN due TEXT`,
  `ALTER TABLE account ADD COLUMN areas TEXT NOT NULL DEFAULT 'all';
   ALTER TABLE api_key ADD COLUMN areas TEXT`,
];
