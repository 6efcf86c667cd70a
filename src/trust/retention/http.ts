/** `/retention`: the rules in force for everybody; preview, run and holds for who answers for the data. */
import { Problem } from '../../base/problem.ts';
import { type Access, type ApiRoute, type Module } from '../../http/index.ts';
import type { Site } from '../../ui/index.ts';
import { freshWhereSignedIn } from '../identity/fresh.ts';
import { managePage } from './pages/manage.tsx';
import { retentionPage, type ShownRule } from './pages/retention.tsx';
import type { Retention } from './retention.ts';
import { ownDays, rulesVersion } from './rules.ts';

const access: Access = {
  'GET /retention': 'viewPublic',
  'GET /api/retention': 'viewPublic',
  'GET /retention/manage': 'manageRetention',
  'POST /retention/run': 'manageRetention',
  'POST /retention/holds': 'manageRetention',
  'POST /retention/holds/:id/lift': 'manageRetention',
};

const api: readonly ApiRoute[] = [
  {
    name: 'getRetention',
    method: 'GET',
    path: '/api/retention',
    summary: 'How long what is kept: the rules in force, and what went in the last runs',
    answers: { 200: { description: 'The rules', media: 'application/json', schema: { type: 'object' } } },
  },
];

/** Runs shown. */
const runsShown = 30;

export function retentionPages(deps: {
  retention: Retention;
  site: Site;
  /** How long values of types are kept, as their sources declare. */
  history: () => readonly { readonly type: string; readonly days: number | null }[];
}): Module {
  const { retention, site, history } = deps;
  const { timeZone } = site.city;
  const shown = (): readonly ShownRule[] => [
    ...retention.rules(),
    ...Object.entries(ownDays).map(([kind, days]) => ({ kind, days, from: 'default' as const })),
  ];
  const nameOf = (kind: string, language: string): string | undefined =>
    retention
      .kinds()
      .find(({ id }) => id === kind)
      ?.name?.(language);
  const manage = async () => ({
    due: await retention.preview(),
    holds: await retention.holds(),
    timeZone,
    nameOf,
  });
  return {
    name: 'retention',
    access,
    api,
    routes(app) {
      site.page(app, '/retention', async (reader) =>
        retentionPage(
          {
            rules: shown(),
            version: rulesVersion,
            history: history(),
            runs: await retention.runs(runsShown),
            holds: (await retention.holds()).length,
            timeZone,
            nameOf,
          },
          reader,
        ),
      );
      app.get('/api/retention', async (c) =>
        c.json({
          version: rulesVersion,
          rules: shown(),
          history: history(),
          runs: (await retention.runs(runsShown)).map(({ at, version, counts }) => ({
            at: new Date(at).toISOString(),
            version,
            counts,
          })),
          holds: (await retention.holds()).length,
        }),
      );
      site.page(app, '/retention/manage', async (reader) => managePage(await manage(), reader));
      site.form(app, '/retention/run', async (_, reader) => {
        freshWhereSignedIn(reader);
        await retention.run(reader.who.id);
        return '/retention';
      });
      site.form(app, '/retention/holds', async (c, reader) => {
        freshWhereSignedIn(reader);
        const form = await c.req.parseBody();
        const text = (name: string): string => (typeof form[name] === 'string' ? form[name] : '');
        const given = {
          kind: text('kind'),
          target: text('target'),
          reference: text('reference'),
          until: text('until'),
        };
        try {
          await retention.hold(reader.who, given);
          return '/retention/manage';
        } catch (error) {
          const wrong = (['kind', 'target', 'reference', 'until'] as const).find(
            (field) => error instanceof Problem && error.field === field,
          );
          if (!wrong) throw error;
          return managePage({ ...(await manage()), given, wrong }, reader);
        }
      });
      site.form(app, '/retention/holds/:id/lift', async (c, reader) => {
        freshWhereSignedIn(reader);
        await retention.lift(reader.who, c.req.param('id') ?? '');
        return '/retention/manage';
      });
    },
  };
}
