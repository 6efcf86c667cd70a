/** The pages about subscriptions, for whoever runs the city. Everything works without JavaScript. */
import type { Context, Hono } from 'hono';
import { Problem } from '../../../base/problem.ts';
import { whoOf, type Module, type Principal } from '../../../http/index.ts';
import type { Tenant } from '../../../store/ports.ts';
import type { Site } from '../../../ui/index.ts';
import type { Overview, Subscriptions } from '../../subscriptions/index.ts';
import type { Tenants } from '../../tenants.ts';
import { subscriptionsPage, type Listed } from './list.tsx';
import { subscriptionsWords } from './messages/index.ts';
import { subscriptionPage, type OneSubscription } from './one.tsx';

const lettersShown = 20;

export function subscriptionPages(deps: {
  site: Site;
  subscriptions: Subscriptions;
  tenants: Pick<Tenants, 'get' | 'nameOf'>;
}): Module {
  const { site, subscriptions, tenants } = deps;
  const { overview, letters, ownership } = subscriptions;
  const tenantOf = (who: Principal, query: URLSearchParams): Tenant => {
    const name = query.get('tenant');
    return name === null ? 0 : tenants.get(who, name);
  };
  const listed = (one: Overview): Listed => ({ ...one, tenantName: tenants.nameOf(one.stored.tenant) });

  const routes = (app: Hono): void => {
    site.page(app, '/subscriptions', async (reader) =>
      subscriptionsPage((await overview.list(reader.who)).map(listed), reader),
    );
    site.page(app, '/subscriptions/:id', async (reader) => {
      const tenant = tenantOf(reader.who, reader.query);
      const id = reader.params['id'] ?? '';
      const one = listed(await overview.get(reader.who, tenant, id));
      const refused = await letters.list(tenant, id, { limit: lettersShown });
      const done = doneOf(reader.query);
      return subscriptionPage({ one, letters: refused, timeZone: site.city.timeZone, ...(done && { done }) }, reader);
    });
    const backTo = (c: Context, said: Readonly<Record<string, number>>): string => {
      const query = new URL(c.req.url).searchParams;
      for (const [name, value] of Object.entries(said)) query.set(name, String(value));
      return `/subscriptions/${encodeURIComponent(c.req.param('id') ?? '')}?${query.toString()}`;
    };
    site.form(app, '/subscriptions/:id/again', async (c) => {
      const tenant = tenantOf(whoOf(c), new URL(c.req.url).searchParams);
      await ownership.find(whoOf(c), tenant, c.req.param('id') ?? '');
      const { delivered, refused, left } = await letters.replay(tenant, c.req.param('id') ?? '', 0, { by: 'http' });
      return backTo(c, { delivered, refused, left });
    });
    site.form(app, '/subscriptions/:id/back', async (c) => {
      const tenant = tenantOf(whoOf(c), new URL(c.req.url).searchParams);
      const { from } = await c.req.parseBody();
      if (typeof from !== 'string' || !/^\d{1,15}$/.test(from.trim())) {
        throw new Problem('bad-data', 'the number of a change is a whole number', 'from');
      }
      return backTo(c, { hits: await subscriptions.rewind(whoOf(c), tenant, c.req.param('id') ?? '', Number(from)) });
    });
  };

  return {
    name: 'subscription pages',
    access: {
      'GET /subscriptions': 'subscribe',
      'GET /subscriptions/:id': 'subscribe',
      'POST /subscriptions/:id/again': 'subscribe',
      'POST /subscriptions/:id/back': 'subscribe',
    },
    routes,
    // Only where somebody is subscribed: most readers never need it.
    navigation: (language) =>
      subscriptions.count() === 0 ? [] : [{ href: '/subscriptions', text: subscriptionsWords(language)('title') }],
  };
}

/** What the address says that a form did. */
function doneOf(query: URLSearchParams): OneSubscription['done'] {
  const number = (name: string): number | undefined => {
    const text = query.get(name) ?? '';
    return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
  };
  const [delivered, refused, left, hits] = [number('delivered'), number('refused'), number('left'), number('hits')];
  if (hits !== undefined) return { hits };
  if (delivered === undefined || refused === undefined || left === undefined) return undefined;
  return { delivered, refused, left };
}
