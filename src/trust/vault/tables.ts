/**
 * The tables of `vault.db`. Times are ms since 1970. What is said of a person stands in `sealed` columns alone, under the key of that
 * person (`subject`), which is itself sealed under the key of the vault. A version, once released, never changes.
 */
export const vaultVersions: readonly string[] = [
  `CREATE TABLE vault (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;
   CREATE TABLE subject (id TEXT PRIMARY KEY, sealed_key BLOB NOT NULL, made_at INTEGER NOT NULL) STRICT;
   CREATE TABLE record (
     id TEXT PRIMARY KEY,
     subject TEXT NOT NULL REFERENCES subject (id),
     kind TEXT NOT NULL CHECK (kind IN ('contact', 'original', 'text')),
     version INTEGER NOT NULL,
     pending INTEGER NOT NULL,
     sealed BLOB NOT NULL,
     made_at INTEGER NOT NULL,
     used_at INTEGER NOT NULL
   ) STRICT;
   CREATE INDEX record_of_subject ON record (subject);
   CREATE TABLE opening (
     id TEXT PRIMARY KEY,
     subject TEXT NOT NULL,
     purpose TEXT NOT NULL,
     sealed_reason BLOB,
     asked_by TEXT NOT NULL,
     asked_at INTEGER NOT NULL,
     state TEXT NOT NULL CHECK (state IN ('asked', 'approved', 'refused')),
     decided_by TEXT,
     decided_at INTEGER,
     until INTEGER,
     opened_at INTEGER
   ) STRICT;
   CREATE INDEX opening_of_subject ON opening (subject);
   CREATE TABLE access (seq INTEGER PRIMARY KEY, entry TEXT NOT NULL, hash TEXT NOT NULL) STRICT;
   CREATE TABLE note (
     seq INTEGER PRIMARY KEY AUTOINCREMENT,
     type TEXT NOT NULL,
     id TEXT NOT NULL,
     record TEXT NOT NULL
   ) STRICT`,
];
