/** How a browser is let in, asked for more, or sent back with a reason. */
import type { Context } from 'hono';
import { whoOf } from '../../../http/index.ts';
import { browserOf, type Cookies } from '../cookies.ts';
import type { Why } from './pages/choices.tsx';
import type { Entered, SignOn, Visitor } from './signOn.ts';

/** Puts the language in front of a path. */
export type To = (path: string) => string;

export type Entry = {
  /** What was begun is bound to the cookie that a browser has before it has a session; without one it is given one. */
  visitor(c: Context): Visitor;
  /** Sets the cookie of a session. @param back with language @returns where to go */
  enter(c: Context, entered: Entered, back: string, to: To): string;
  /** @returns the page to begin again on */
  refuse(c: Context, why: Why, back: string, to: To): string;
};

export function openEntry({ signOn, cookies }: { readonly signOn: SignOn; readonly cookies: Cookies }): Entry {
  const withQuery = (path: string, query: Record<string, string>): string => `${path}?${new URLSearchParams(query)}`;
  return {
    visitor(c) {
      const { token, setCookie } = cookies.before(c.req.header('cookie'));
      if (setCookie !== undefined) c.header('set-cookie', setCookie, { append: true });
      return { holder: token, browser: browserOf(c.req.header('user-agent')), who: whoOf(c) };
    },
    enter(c, entered, back, to) {
      if (entered.next === 'second') return withQuery(to('/login/second'), { back });
      c.header('set-cookie', cookies.session(entered.secret), { append: true });
      if (!entered.due) return back;
      return to(signOn.passkeys.hindrance() ? '/account/codes' : '/account/passkeys');
    },
    refuse: (c, why, back, to) => withQuery(to(whoOf(c).session ? '/login/again' : '/login'), { why, back }),
  };
}
