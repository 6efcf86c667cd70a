/** A version of `trust.db`. The secret of an authenticator app cannot be hashed: codes are made from it. */
export const codeTables = `CREATE TABLE totp (
     account TEXT PRIMARY KEY REFERENCES account (id),
     secret BLOB NOT NULL,
     made_at INTEGER NOT NULL,
     last_step INTEGER NOT NULL
   ) STRICT;
   CREATE TABLE printed_code (
     account TEXT NOT NULL REFERENCES account (id),
     hash BLOB NOT NULL,
     made_at INTEGER NOT NULL,
     used_at INTEGER,
     PRIMARY KEY (account, hash)
   ) STRICT`;
