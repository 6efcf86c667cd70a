/** The file of `--oidc`: which provider people may sign in with, and what its word means here. */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { isObject, parseJson } from '../../../base/json.ts';
import { Problem } from '../../../base/problem.ts';
import { isLoopback } from '../../../http/index.ts';
import { roles, type Role } from '../../schema.ts';

export type OidcSettings = {
  readonly issuer: URL;
  readonly clientId: string;
  /** Absent: a public client, which PKCE alone protects. */
  readonly clientSecret?: string;
  readonly scopes: readonly string[];
  /** Name of the provider by language, `en` among them. */
  readonly label: Readonly<Record<string, string>>;
  /** `HOST` or `HOST:PORT` of the own network, beside the issuer's, where the provider has endpoints. */
  readonly hosts: readonly string[];
  /** A claim of the ID token (a text or a list of texts), and which roles its values stand for. Absent: given by hand. */
  readonly roles?: { readonly claim: string; readonly values: ReadonlyMap<string, readonly Role[]> };
  /** What becomes of somebody that the provider knows and this city does not. */
  readonly unknown: 'create' | 'refuse';
  /** Who asks officials for a second factor: this city, or the provider, which is then trusted to. */
  readonly secondFactor: 'here' | 'provider';
};

/** @throws Problem bad-data, with the field */
export function readOidcSettings(path: string): OidcSettings {
  return parseOidcSettings(read(path), (name) =>
    read(resolve(dirname(path), name))
      .toString()
      .trim(),
  );
}

function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new Problem('bad-data', `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const known = new Set(
  'issuer clientId clientSecret clientSecretFile scopes label hosts roles unknown secondFactor'.split(' '),
);

/** @param secretOf gives what stands in the file of a secret */
export function parseOidcSettings(bytes: Uint8Array, secretOf: (file: string) => string): OidcSettings {
  const file = parseJson(bytes);
  if (!isObject(file)) throw wrong('a JSON object is wanted');
  for (const key of Object.keys(file)) if (!known.has(key)) throw wrong(`there is no such setting`, key);
  const secret =
    file['clientSecretFile'] === undefined ? file['clientSecret'] : secretOf(text(file, 'clientSecretFile'));
  if (file['clientSecretFile'] !== undefined && file['clientSecret'] !== undefined)
    throw wrong('the secret is either here or in a file', 'clientSecretFile');
  if (secret !== undefined && (typeof secret !== 'string' || secret === ''))
    throw wrong('a text is wanted', 'clientSecret');
  const scopes = texts(file['scopes'] ?? ['openid'], 'scopes');
  if (!scopes.includes('openid')) throw wrong('openid has to be among them', 'scopes');
  const roles = file['roles'] === undefined ? undefined : parseRoles(file['roles']);
  return {
    issuer: parseIssuer(text(file, 'issuer')),
    clientId: text(file, 'clientId'),
    ...(secret !== undefined && { clientSecret: secret }),
    scopes,
    label: parseLabel(file['label']),
    hosts: texts(file['hosts'] ?? [], 'hosts'),
    ...(roles && { roles }),
    unknown: oneOf(file['unknown'], ['refuse', 'create'], 'unknown'),
    secondFactor: oneOf(file['secondFactor'], ['here', 'provider'], 'secondFactor'),
  };
}

function parseIssuer(issuer: string): URL {
  const url = URL.parse(issuer);
  if (!url || url.search !== '' || url.hash !== '' || url.username !== '' || url.password !== '')
    throw wrong('a URL without query and credentials is wanted', 'issuer');
  // What it says is believed because TLS says who says it.
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname)))
    throw wrong('https is wanted (http on this machine only)', 'issuer');
  return url;
}

function parseLabel(label: unknown): Readonly<Record<string, string>> {
  if (typeof label === 'string' && label !== '') return { en: label };
  if (!isObject(label)) throw wrong('a text, or texts by language, are wanted', 'label');
  for (const language of Object.keys(label)) text(label, language, 'label.');
  if (label['en'] === undefined) throw wrong('en has to be among them', 'label');
  return label as Record<string, string>;
}

function parseRoles(mapping: unknown): NonNullable<OidcSettings['roles']> {
  if (!isObject(mapping) || !isObject(mapping['values'])) throw wrong('{"claim": "", "values": {}} is wanted', 'roles');
  const values = Object.entries(mapping['values']).map(([value, given]) => {
    const field = `roles.values.${value}`;
    return [value, texts(given, field).map((role) => oneOf(role, roles, field))] as const;
  });
  return { claim: text(mapping, 'claim', 'roles.'), values: new Map(values) };
}

function text(object: Record<string, unknown>, key: string, path = ''): string {
  const value = object[key];
  if (typeof value !== 'string' || value === '') throw wrong('a text is wanted', path + key);
  return value;
}

function texts(value: unknown, field: string): readonly string[] {
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string' && item !== ''))
    throw wrong('a list of texts is wanted', field);
  return value as string[];
}

/** The first is what is meant when nothing is said. */
function oneOf<T extends string>(value: unknown, among: readonly T[], field: string): T {
  const found = value === undefined ? among[0] : among.find((one) => one === value);
  if (found === undefined) throw wrong(`one of ${among.join(', ')} is wanted`, field);
  return found;
}

const wrong = (detail: string, field?: string): Problem => new Problem('bad-data', `--oidc: ${detail}`, field);
