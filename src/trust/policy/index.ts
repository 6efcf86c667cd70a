/** The policy's door. */
import { Problem } from '../../base/problem.ts';
import type { Module } from '../../http/module.ts';
import { actions } from '../../http/principal.ts';
import type { NavigationEntry, Reader, Site } from '../../ui/index.ts';
import { answersTo, isAction, resourceOf } from './answers.ts';
import { policyAccess, policyApi, policyRoutes } from './http.ts';
import { policyWords } from './pages/messages/index.ts';
import { policyPage, type Asked } from './pages/policies.tsx';
import type { Policies } from './policies.ts';

/**
 * `/policies`: "who can see this, and why", with the files themselves.
 * @param policies asked when somebody wants to know
 * @param inForce  false under `--auth off`
 */
export function policyExplorer(deps: {
  policies: () => Promise<Policies>;
  inForce: boolean;
  site: Pick<Site, 'page'>;
}): Module {
  const { inForce, site } = deps;
  const askedBy = async (policies: Policies, { query }: Reader): Promise<Asked | undefined> => {
    const action = query.get('action');
    if (action === null) return undefined;
    if (!isAction(action)) throw new Problem('bad-data', `there is no action "${action.slice(0, 50)}"`, 'action');
    const of = (query.get('of') ?? '').trim();
    const resource = resourceOf(policies, action, of);
    return { action, of, resource, answers: await answersTo(policies, action, resource) };
  };
  /** For everybody the same until the next start: asked once, since it takes time that anybody could make it take. */
  let overview: Promise<Overview> | undefined;
  return {
    name: 'policies',
    access: policyAccess,
    api: policyApi,
    routes: (app) => {
      policyRoutes(app, deps.policies);
      site.page(app, '/policies', async (reader) => {
        const policies = await deps.policies();
        const asked = await askedBy(policies, reader);
        overview ??= overviewOf(policies);
        return policyPage({ policies, inForce, asked, overview: await overview }, reader);
      });
    },
  };
}

type Overview = Parameters<typeof policyPage>[0]['overview'];

async function overviewOf(policies: Policies): Promise<Overview> {
  const overview = [];
  for (const action of actions) overview.push({ action, answers: await answersTo(policies, action) });
  return overview;
}

/** For the foot of every page. */
export const policyLink = (language: string): NavigationEntry => ({
  href: '/policies',
  text: policyWords(language)('title'),
});

export { openPolicies, type Policies } from './policies.ts';
export { demand, openPolicy, type Filter, type Policy } from './port.ts';
export { covers } from './topics.ts';
