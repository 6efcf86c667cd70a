/**
 * Passkeys (WebAuthn Level 3), verified by `@simplewebauthn/server`. One that checks its owner (PIN, finger, face) is two
 * factors in one, so that it is always asked to. Attestation is not: which make it is, is nobody's business.
 */
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server';
import type { Clock } from '../../../base/clock.ts';
import { isObject } from '../../../base/json.ts';
import { Problem } from '../../../base/problem.ts';
import { normalized } from '../../../base/words.ts';
import type { Database, Found } from '../../../store/index.ts';
import { ceremonies } from '../ceremonies.ts';
import { textOf } from '../columns.ts';

/** Whose it is to be. */
export type Owner = { readonly id: string; readonly name: string; readonly displayName: string };

export type Passkey = {
  readonly id: string;
  /** The owner's own word for it. */
  readonly label: string;
  readonly madeAt: number;
  readonly usedAt?: number;
  /** It has counted backwards: there may be a copy. It opens nothing any more. */
  readonly doubtedAt?: number;
};

/** A holder is who began: hash of the cookie before a session, id of a session. Each challenge is taken once, within minutes. */
export type Passkeys = {
  /** Why there can be none here; undefined: there can. A browser wants a name, not an address (WebAuthn, 5.1.3). */
  readonly hindrance: () => 'address' | undefined;
  /** Oldest first. */
  list(account: string): readonly Passkey[];
  /** What `navigator.credentials.create` is asked. @throws Problem too-many-results: the owner has twenty */
  beginAdding(owner: Owner, holder: string): Promise<PublicKeyCredentialCreationOptionsJSON>;
  /** @throws Problem forbidden: it proves nothing; bad-data (label); already-exists */
  add(account: string, holder: string, response: unknown, label: string): Promise<Passkey>;
  /** What `navigator.credentials.get` is asked. @param account absent: whoever the passkey says */
  begin(holder: string, account?: string): Promise<PublicKeyCredentialRequestOptionsJSON>;
  /** @returns the account @throws Problem forbidden: it proves nothing */
  prove(holder: string, response: unknown): Promise<string>;
  /** @throws Problem not-found, bad-data (label) */
  rename(account: string, id: string, label: string): void;
  /** @throws Problem not-found */
  remove(account: string, id: string): void;
};

/** From the question of the server to the answer: a person looks for a key, and finds it. */
const ceremonyMs = 5 * 60_000;
const ownMax = 20;
/** Ed25519, ES256, RS256 (COSE). */
const algorithms = [-8, -7, -257];

/** 26 MB and 160 ms that a city without passkeys does not need. */
const library = () => import('@simplewebauthn/server');

/** @param publicUrl where people reach this city, without a path: its name is what passkeys are bound to */
export function openPasskeys(deps: {
  readonly database: Database;
  readonly clock: Clock;
  readonly cityName: string;
  readonly publicUrl: () => string;
}): Passkeys {
  const { database, clock, cityName, publicUrl } = deps;
  const begun = ceremonies<{ readonly adds?: string; readonly account?: string }>(clock, ceremonyMs);
  const relyingParty = (): { name: string; origin: string } => {
    const { hostname, origin } = new URL(publicUrl());
    return { name: hostname, origin };
  };
  const rowsOf = (account: string): readonly Found[] =>
    database.all('SELECT * FROM passkey WHERE account = ? ORDER BY made_at, id', account);
  const doubt = (id: string): void =>
    void database.run('UPDATE passkey SET doubted_at = ? WHERE id = ? AND doubted_at IS NULL', clock.now(), id);

  return {
    hindrance: () => (isAddress(relyingParty().name) ? 'address' : undefined),
    list: (account) => rowsOf(account).map(passkeyOf),
    async beginAdding({ id, name, displayName }, holder) {
      const own = rowsOf(id);
      if (own.length >= ownMax) throw new Problem('too-many-results', `an account has at most ${ownMax} passkeys`);
      const { generateRegistrationOptions } = await library();
      const options = await generateRegistrationOptions({
        rpName: cityName,
        rpID: relyingParty().name,
        userName: name,
        userDisplayName: displayName,
        userID: new Uint8Array(Buffer.from(id)),
        timeout: ceremonyMs,
        attestationType: 'none',
        excludeCredentials: own.map(({ id: known }) => ({ id: textOf(known) })),
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
        supportedAlgorithmIDs: algorithms,
      });
      begun.begin(holder, options.challenge, { adds: id });
      return options;
    },
    async add(account, holder, response, label) {
      const named = labelOf(label);
      const challenge = challengeOf(response);
      if (begun.take(holder, challenge)?.adds !== account) throw stale();
      const { name, origin } = relyingParty();
      const { verifyRegistrationResponse } = await library();
      const { registrationInfo } = await orForbidden(() =>
        verifyRegistrationResponse({
          response: response as RegistrationResponseJSON,
          expectedChallenge: challenge,
          expectedOrigin: origin,
          expectedRPID: name,
          requireUserVerification: true,
          supportedAlgorithmIDs: algorithms,
        }),
      );
      if (!registrationInfo) throw nothing();
      const { id, publicKey, counter } = registrationInfo.credential;
      if (database.get('SELECT id FROM passkey WHERE id = ?', id))
        throw new Problem('already-exists', 'this passkey is known already');
      const made: Passkey = { id, label: named, madeAt: clock.now() };
      database.run(
        'INSERT INTO passkey (id, account, public_key, counter, label, made_at) VALUES (?, ?, ?, ?, ?, ?)',
        id,
        account,
        publicKey,
        counter,
        named,
        made.madeAt,
      );
      return made;
    },
    async begin(holder, account) {
      const { generateAuthenticationOptions } = await library();
      const options = await generateAuthenticationOptions({
        rpID: relyingParty().name,
        timeout: ceremonyMs,
        userVerification: 'required',
        ...(account !== undefined && {
          allowCredentials: rowsOf(account).map(({ id: known }) => ({ id: textOf(known) })),
        }),
      });
      begun.begin(holder, options.challenge, account === undefined ? {} : { account });
      return options;
    },
    async prove(holder, response) {
      const challenge = challengeOf(response);
      const asked = begun.take(holder, challenge);
      if (!asked || asked.adds !== undefined) throw stale();
      const given = response as AuthenticationResponseJSON;
      const row = database.get('SELECT * FROM passkey WHERE id = ?', typeof given.id === 'string' ? given.id : '');
      if (!row) throw nothing();
      const account = textOf(row['account']);
      const id = textOf(row['id']);
      if (asked.account !== undefined && asked.account !== account) throw nothing();
      const { name, origin } = relyingParty();
      const { verifyAuthenticationResponse } = await library();
      const { verified, authenticationInfo } = await orForbidden(() =>
        verifyAuthenticationResponse({
          response: given,
          expectedChallenge: challenge,
          expectedOrigin: origin,
          expectedRPID: name,
          requireUserVerification: true,
          // The library would look at the counter before the signature: anybody could then bring a passkey into doubt.
          credential: { id, publicKey: new Uint8Array(row['public_key'] as Uint8Array), counter: 0 },
        }),
      );
      const { userHandle } = given.response;
      if (!verified || (userHandle && userHandle !== Buffer.from(account).toString('base64url'))) throw nothing();
      if (row['doubted_at'] !== null) throw doubted();
      const { newCounter } = authenticationInfo;
      // Authenticators that do not count always say 0 (WebAuthn, 6.1.1).
      const taken = database.run(
        `UPDATE passkey SET counter = ?, used_at = ?
         WHERE id = ? AND doubted_at IS NULL AND (counter < ? OR (counter = 0 AND ? = 0))`,
        newCounter,
        clock.now(),
        id,
        newCounter,
        newCounter,
      );
      if (taken === 1) return account;
      doubt(id);
      throw doubted();
    },
    rename(account, id, label) {
      if (database.run('UPDATE passkey SET label = ? WHERE account = ? AND id = ?', labelOf(label), account, id) === 0)
        throw unknown();
    },
    remove(account, id) {
      if (database.run('DELETE FROM passkey WHERE account = ? AND id = ?', account, id) === 0) throw unknown();
    },
  };
}

/** What the browser says that it was asked; the library then checks that this is what was signed. */
function challengeOf(response: unknown): string {
  const inner = isObject(response) && isObject(response['response']) ? response['response'] : {};
  const encoded = inner['clientDataJSON'];
  try {
    const said: unknown = JSON.parse(Buffer.from(String(encoded), 'base64url').toString());
    if (isObject(said) && typeof said['challenge'] === 'string') return said['challenge'];
  } catch {
    // What is no JSON holds no challenge.
  }
  throw new Problem('bad-data', 'wanted what navigator.credentials has answered', 'response');
}

async function orForbidden<T>(verify: () => Promise<T>): Promise<T> {
  try {
    return await verify();
  } catch {
    throw nothing();
  }
}

/** @throws Problem bad-data */
function labelOf(given: string): string {
  const label = normalized(given);
  if (label.length < 1 || label.length > 60 || /[\p{Cc}\p{Cf}]/u.test(label))
    throw new Problem('bad-data', 'a name for the passkey has 1 to 60 characters', 'label');
  return label;
}

/** As `URL` writes it: four numbers, or in brackets. */
const isAddress = (host: string): boolean => /^(\d+(\.\d+){3}|\[.*\])$/.test(host);

const passkeyOf = (row: Found): Passkey => ({
  id: textOf(row['id']),
  label: textOf(row['label']),
  madeAt: Number(row['made_at']),
  ...(row['used_at'] !== null && { usedAt: Number(row['used_at']) }),
  ...(row['doubted_at'] !== null && { doubtedAt: Number(row['doubted_at']) }),
});

const nothing = (): Problem => new Problem('forbidden', 'this passkey proves nothing here');
const stale = (): Problem => new Problem('forbidden', 'this was asked too long ago, or answered already; begin again');
const doubted = (): Problem =>
  new Problem(
    'forbidden',
    'this passkey has counted backwards: there may be a copy of it, and it opens nothing any more',
  );
const unknown = (): Problem => new Problem('not-found', 'you have no such passkey', 'id');
