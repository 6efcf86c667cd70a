/** What the pages of identity are made of, and what they have in common. */
import type { Context } from 'hono';
import { Problem } from '../../../base/problem.ts';
import { sameText, type Action, type Principal } from '../../../http/index.ts';
import type { Site } from '../../../ui/index.ts';
import type { Account } from '../accounts.ts';
import type { Cookies } from '../cookies.ts';
import type { Identity } from '../identity.ts';
import { passwordMin } from '../passwords.ts';
import type { SignIn } from '../signIn.ts';
import type { To } from '../signon/entry.ts';
import type { WaysIn } from '../signon/index.ts';

export type Desk = {
  readonly identity: Identity;
  readonly signIn: SignIn;
  /** What comes after a password, and the ways in beside it. */
  readonly waysIn: WaysIn;
  readonly cookies: Cookies;
  readonly site: Site;
  /** Where people reach this city, without a path: links begin with it. */
  readonly publicUrl: () => string;
  /** What the policy says, whatever the resource. */
  readonly permits: (who: Principal, action: Action) => boolean;
};

/** Fields of a form; several of one name are a list. */
export type Fields = Readonly<Record<string, readonly string[]>>;

export async function fieldsOf(c: Context): Promise<Fields> {
  const fields: Record<string, string[]> = Object.create(null) as Record<string, string[]>;
  for (const [name, value] of Object.entries(await c.req.parseBody({ all: true })))
    fields[name] = [value].flat().filter((one) => typeof one === 'string');
  return fields;
}
export const first = (fields: Fields, name: string): string => fields[name]?.[0] ?? '';
/** What stands in one field, separated by commas. */
export const listed = (text: string): string[] =>
  text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');

/** The account of whoever sits in front of the page. @throws Problem unauthorized, forbidden (a key) */
export function accountOf({ identity }: Pick<Desk, 'identity'>, who: Principal): Account {
  if (who.kind === 'anonymous') throw new Problem('unauthorized', 'this needs an account');
  if (!who.session) throw new Problem('forbidden', 'this is done by a person in front of a page, not with a key');
  return identity.accounts.get(who.id);
}

/**
 * After a password: a session in the place of the one that the browser had, or the question for a second factor.
 * @param back with language
 * @returns where to go
 */
export function enter({ waysIn: { signOn, entry } }: Desk, c: Context, account: Account, back: string, to: To): string {
  return entry.enter(c, signOn.first(account, entry.visitor(c)), back, to);
}

/** @throws Problem bad-data, field `before`: the form does not say what the browser's cookie says */
export function demandBefore({ cookies }: Desk, c: Context, said: string): void {
  const expected = cookies.expected(c.req.header('cookie'));
  if (expected === undefined || !sameText(said, expected))
    throw new Problem('bad-data', 'the form was open too long, or is not of this city', 'before');
}

export const passwordLength = { n: passwordMin };
