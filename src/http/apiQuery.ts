import { Problem } from '../base/problem.ts';
import type { ApiRoute } from './module.ts';

/**
 * Looks at the parameters of a request below `/api`. What a route does not describe is refused, since who misspells a
 * parameter would be answered another question than it asked; so is what is said twice (the standard's rule: CIM 009, 6.3.20).
 * @param url path and query
 * @throws Problem invalid-request (field = the parameter)
 */
export type QueryCheck = (method: string, url: string) => void;

type Known = { readonly method: string; readonly path: RegExp; readonly names: readonly string[] };

export function queryCheck(routes: readonly ApiRoute[]): QueryCheck {
  const all = routes
    .toSorted((a, b) => literal(b.path) - literal(a.path))
    .map(({ method, path, parameters = [] }) => ({
      method,
      path,
      names: parameters.filter((one) => one.in === 'query').map(({ name }) => name),
    }));
  // A part of a path is one segment; where no route fits that way, it may be several (`/api/transit/stops/{id}`).
  const known: Known[] = ['[^/]+', '.+'].flatMap((part) =>
    all.map(({ path, ...rest }) => ({ ...rest, path: pattern(path, part) })),
  );
  return (method, url) => {
    const at = url.indexOf('?');
    if (at < 0 || !url.startsWith('/api/')) return;
    const path = url.slice(0, at);
    const asked = method === 'HEAD' ? 'GET' : method;
    const route = known.find((one) => one.method === asked && one.path.test(path));
    if (!route) return;
    const seen = new Set<string>();
    for (const name of new URLSearchParams(url.slice(at + 1)).keys()) {
      if (!route.names.includes(name)) throw unknown(name, route.names);
      if (seen.has(name)) throw new Problem('invalid-request', 'the parameter is given twice', name);
      seen.add(name);
    }
  };
}

function unknown(name: string, names: readonly string[]): Problem {
  const shown = name.slice(0, 50);
  const known = names.length === 0 ? 'it takes none' : `known: ${names.join(', ')}`;
  return new Problem('invalid-request', `the parameter "${shown}" is not known here; ${known}`, shown);
}

const parts = /\{\w+\}/g;
const literal = (path: string): number => path.replace(parts, '').length;
const pattern = (path: string, part: string): RegExp =>
  new RegExp(
    `^${path
      .split(parts)
      .map((text) => RegExp.escape(text))
      .join(part)}$`,
  );
