/** A version of `trust.db`. */
export const passkeyTables = `CREATE TABLE passkey (
     id TEXT PRIMARY KEY,
     account TEXT NOT NULL REFERENCES account (id),
     public_key BLOB NOT NULL,
     counter INTEGER NOT NULL,
     label TEXT NOT NULL,
     made_at INTEGER NOT NULL,
     used_at INTEGER,
     doubted_at INTEGER
   ) STRICT;
   CREATE INDEX passkey_of ON passkey (account)`;
