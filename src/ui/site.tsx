/**
 * The site: what a module gets to make pages with. It knows the city, the navigation and the assets, and gives every
 * page its languages: `/path` negotiates and is rendered directly, `/{language}/path` is the permalink.
 */
import type { Context, Hono } from 'hono';
import type { ComponentChildren } from 'preact';
import { failureHeaders, senderOf, whoOf, type Principal } from '../http/index.ts';
import { Problem } from '../base/problem.ts';
import type { Clock } from '../base/clock.ts';
import { type City, type Language, languages } from '../city/profile.ts';
import { assetRoutes, type Assets } from './assets.ts';
import { localPath } from './localPath.ts';
import { negotiateLanguage } from './negotiate.ts';
import { renderPage, type Theme } from './page.tsx';
import { ProblemBody } from './problem.tsx';

/** What a page handler knows of its reader. */
export type Reader = {
  readonly language: Language;
  /** The path without the language, with its query: `/entities?type=x`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly params: Readonly<Record<string, string>>;
  readonly theme: Theme;
  readonly now: number;
  readonly who: Principal;
  /** Puts the language in front: `to('/sources')` is `/tg/sources`. */
  readonly to: (path: string) => string;
};

/** What a page handler gives back. `main` is everything between header and footer. */
export type PageContent = {
  readonly title: string;
  readonly main: ComponentChildren;
  /** The navigation entry that this page belongs to, a path without language. */
  readonly section?: string;
  readonly description?: string;
  readonly islands?: readonly string[];
  /** The same as a feed, for programs that follow it; `href` as it is. */
  readonly feeds?: readonly { readonly href: string; readonly type: string; readonly title: string }[];
  /** The browser looks again after so many seconds, without a script. */
  readonly refreshS?: number;
  /** Console pages carry Noto Sans and stand closer together. */
  readonly kind?: 'portal' | 'console';
  readonly status?: 200 | 400 | 401 | 403 | 404 | 409 | 429 | 500 | 503;
  /** Beside those of every page. */
  readonly headers?: Readonly<Record<string, string>>;
};

export type Site = {
  readonly city: City;
  readonly clock: Clock;
  readonly assets: Assets;
  readonly navigation: (language: string, who: Principal) => readonly NavigationEntry[];
  readonly footer: (language: string) => readonly NavigationEntry[];
  /** Where one signs in, or the reader's own account; absent: there are no accounts. */
  readonly account?: (language: string, who: Principal) => NavigationEntry;
  /**
   * Adds a page at `path` and `/{language}{path}`.
   * @param path Hono's path syntax, `/entities/:id{.+}`
   */
  readonly page: (
    app: Hono,
    path: string,
    handler: (reader: Reader, c: Context) => PageContent | Promise<PageContent>,
  ) => void;
  /**
   * Adds what a form does, at `path` and `/{language}{path}`; a Problem is a page.
   * @param act gives the path to look at next, without language; the form again, with what is wrong; or what is shown once
   */
  readonly form: (app: Hono, path: string, act: FormAct) => void;
  /** Answers a Problem with a page in the reader's language. */
  readonly problem: (c: Context, problem: Problem) => Response;
  /** `/assets/*` and `/theme`. */
  readonly routes: (app: Hono) => void;
};

export type FormAct = (c: Context, reader: Reader) => Promise<string | PageContent | Response>;

/** `href` without language: `/sources`. `below`: the entry on whose pages it stands; absent, or not there: on every page. */
export type NavigationEntry = { readonly href: string; readonly text: string; readonly below?: string };

export function createSite(deps: {
  readonly city: City;
  readonly clock: Clock;
  readonly assets: Assets;
  readonly navigation: (language: string, who: Principal) => readonly NavigationEntry[];
  readonly footer?: (language: string) => readonly NavigationEntry[];
  readonly account?: (language: string, who: Principal) => NavigationEntry;
}): Site {
  const { city, clock, assets } = deps;
  const known = languages.filter((language) => city.languages.includes(language));
  const spoken = city.languages.length > 0 ? city.languages : known;

  const readerOf = (c: Context): Reader => {
    const url = new URL(c.req.url);
    const [, first = ''] = url.pathname.split('/');
    const asked = languages.find((language) => language === first);
    const language = asked ?? negotiateLanguage(c.req.header('accept-language'), spoken);
    const bare = asked ? url.pathname.slice(first.length + 1) || '/' : url.pathname;
    const cookie = /(?:^|;\s*)(?:__Host-)?theme=(dark|light)(?:;|$)/.exec(c.req.header('cookie') ?? '')?.[1];
    return {
      language,
      path: bare + url.search,
      query: url.searchParams,
      params: c.req.param() as Record<string, string>,
      theme: cookie === 'dark' || cookie === 'light' ? cookie : 'auto',
      now: clock.now(),
      who: whoOf(c),
      to: (path) => `/${language}${path === '/' ? '/' : path}`,
    };
  };

  const answer = (c: Context, reader: Reader, content: PageContent): Response => {
    const html = renderPage(site, reader, content);
    c.header('vary', 'Accept-Language, Cookie');
    c.header('content-language', reader.language);
    c.header('cache-control', 'no-cache');
    for (const [name, value] of Object.entries(content.headers ?? {})) c.header(name, value);
    return c.html(html, content.status ?? 200);
  };

  const problem = (c: Context, trouble: Problem): Response => {
    const reader = readerOf(c);
    for (const [name, value] of Object.entries(failureHeaders(trouble))) c.header(name, value);
    // Whoever has filled in a form begins anew on the page that it stood on.
    if (trouble.kind === 'unauthorized' && deps.account)
      return c.redirect(
        `${reader.to(reader.who.session ? '/login/again' : '/login')}?back=${encodeURIComponent(pageBefore(c))}`,
        303,
      );
    // What is missing can be had there.
    if (trouble.kind === 'forbidden' && reader.who.session?.due && deps.account)
      return c.redirect(reader.to('/account/codes'), 303);
    const status = [400, 401, 403, 404, 409, 413, 415, 429, 503].includes(trouble.status)
      ? trouble.status
      : trouble.status < 500
        ? 400
        : 500;
    return answer(c, reader, {
      title: trouble.title,
      main: <ProblemBody reader={reader} problem={trouble} />,
      status: status as 400,
    });
  };

  const site: Site = {
    city,
    clock,
    assets,
    navigation: deps.navigation,
    footer: deps.footer ?? (() => []),
    ...(deps.account && { account: deps.account }),
    page: (app, path, handler) => {
      const serve = async (c: Context): Promise<Response> => {
        const reader = readerOf(c);
        try {
          return answer(c, reader, await handler(reader, c));
        } catch (error) {
          if (error instanceof Problem) return problem(c, error);
          throw error;
        }
      };
      // Without a group of its own, Hono would anchor only the first and the last of the alternatives.
      const tags = `(?:${languages.join('|')})`;
      app.get(path, serve);
      app.get(`/:language{${tags}}${path}`, serve);
      if (path === '/') app.get(`/:language{${tags}}`, serve);
    },
    form: (app, path, act) => {
      const serve = async (c: Context): Promise<Response> => {
        const [, first = ''] = new URL(c.req.url).pathname.split('/');
        const language = languages.find((tag) => tag === first);
        const reader = readerOf(c);
        try {
          const done = await act(c, reader);
          if (done instanceof Response) return done;
          if (typeof done !== 'string') return answer(c, reader, done);
          return c.redirect(language === undefined ? done : `/${language}${done}`, 303);
        } catch (error) {
          if (error instanceof Problem) return problem(c, error);
          throw error;
        }
      };
      app.post(path, serve);
      app.post(`/:language{(?:${languages.join('|')})}${path}`, serve);
    },
    problem,
    routes: (app) => {
      assetRoutes(app, assets);
      // A preference of the browser, kept by the browser: nothing on the server changes.
      app.get('/theme', (c) => {
        const to = c.req.query('to');
        const { secure } = senderOf(c);
        const value = to === 'dark' || to === 'light' ? `theme=${to}; Max-Age=31536000` : 'theme=; Max-Age=0';
        const rules = `Path=/; SameSite=Lax; HttpOnly${secure ? '; Secure' : ''}`;
        c.header('set-cookie', `${secure ? '__Host-' : ''}${value}; ${rules}`);
        return c.redirect(localPath(c.req.query('back')), 303);
      });
    },
  };
  return site;
}

/** The page that a request asks for, or that its form stood on. */
function pageBefore(c: Context): string {
  const asked = new URL(c.req.url);
  if (c.req.method === 'GET' || c.req.method === 'HEAD') return asked.pathname + asked.search;
  const before = URL.parse(c.req.header('referer') ?? '');
  return before?.host === asked.host ? before.pathname + before.search : '/';
}
