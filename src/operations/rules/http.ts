/** `/console/rules` and `/api/operations/rules`. */
import type { Context, Hono } from 'hono';
import { isObject, parseJson } from '../../base/json.ts';
import { Problem } from '../../base/problem.ts';
import { parseInstant } from '../../base/time.ts';
import { whoOf, type Access, type Action, type Module, type Principal } from '../../http/index.ts';
import { startOfDay, type PageContent, type Reader, type Site } from '../../ui/index.ts';
import type { Alarms } from '../alarms/index.ts';
import { rulesApi } from './api.ts';
import { formOf, kindOf, ruleOfForm, textIn, wrongField, type FormField, type RuleForm } from './form.ts';
import type { RuleFollower } from './follow.ts';
import { formPage, importPage } from './pages/form.tsx';
import { listPage, type RuleSummary } from './pages/list.tsx';
import { rulesWords } from './pages/messages/index.ts';
import { periods, rulePage } from './pages/rule.tsx';
import { triedPage } from './pages/tried.tsx';
import { parseRule } from './parse.ts';
import type { Rule } from './schema.ts';
import { demandWhole, type Rules } from './service.ts';
import type { RuleStore } from './store.ts';

const access: Access = {
  'GET /console/rules': 'readOperations',
  'GET /console/rules/new': 'manageRules',
  'GET /console/rules/import': 'manageRules',
  'GET /console/rules/:id': 'readOperations',
  'GET /console/rules/:id/edit': 'manageRules',
  'POST /console/rules/new': 'manageRules',
  'POST /console/rules/import': 'manageRules',
  'POST /console/rules/:id/edit': 'manageRules',
  'POST /console/rules/:id/try': 'manageRules',
  'POST /console/rules/:id/switch': 'manageRules',
  'GET /api/operations/rules': 'readOperations',
  'GET /api/operations/rules/:id': 'readOperations',
  'POST /api/operations/rules': 'manageRules',
  'POST /api/operations/rules/:id/try': 'manageRules',
  'POST /api/operations/rules/:id/switch': 'manageRules',
};

const dayMs = 86_400_000;
const weekDays = 7;
const periodDays = 30;

export type RulesPagesDeps = {
  readonly rules: Rules;
  readonly store: Pick<RuleStore, 'days' | 'lastDay'>;
  readonly follower: Pick<RuleFollower, 'stats' | 'missed'>;
  readonly alarms: Pick<Alarms, 'ofRule'>;
  readonly site: Site;
  /** Of an account, as it is shown. */
  readonly nameOf: (id: string) => string;
  readonly permits: (who: Principal, action: Action) => boolean;
};

export function rulesPages(deps: RulesPagesDeps): Module {
  return {
    name: 'rules',
    access,
    api: rulesApi,
    navigation: (language) => [{ href: '/console/rules', text: rulesWords(language)('title'), below: '/console' }],
    routes(app) {
      pageRoutes(app, deps);
      apiRoutes(app, deps);
    },
  };
}

function pageRoutes(app: Hono, deps: RulesPagesDeps): void {
  const { rules, follower, site, nameOf, permits } = deps;
  const { timeZone } = site.city;
  const shown = { timeZone, nameOf };
  const rightsOf = ({ who }: Reader) => {
    const mayTry = permits(who, 'manageRules');
    return { mayTry, mayManage: mayTry && who.areas === undefined };
  };
  const show = async (id: string, reader: Reader, wrong?: FormField): Promise<PageContent> =>
    rulePage(
      {
        ...shown,
        summary: await summaryOf(deps, reader.who, rules.get(id), reader.now),
        ...rightsOf(reader),
        versions: rules.versions(id),
        ...(wrong && { wrong }),
      },
      reader,
    );
  /** The form again, with what is wrong; anything else is thrown. */
  const again = (error: unknown, page: (wrong: FormField, detail: string) => PageContent): PageContent => {
    const wrong = wrongField(error);
    if (!wrong || !(error instanceof Problem)) throw error;
    return page(wrong, error.message);
  };
  site.page(app, '/console/rules', async (reader) =>
    listPage(
      {
        ...shown,
        rules: await Promise.all(rules.list().map((rule) => summaryOf(deps, reader.who, rule, reader.now))),
        missed: follower.missed(),
        ...rightsOf(reader),
      },
      reader,
    ),
  );
  site.page(app, '/console/rules/new', (reader) => {
    demandWhole(reader.who);
    const form = { kind: kindOf(reader.query.get('kind') ?? undefined), priority: '3' };
    return formPage({ site, form, version: 0 }, reader);
  });
  site.page(app, '/console/rules/import', (reader) => {
    demandWhole(reader.who);
    return importPage({ json: '' }, reader);
  });
  site.page(app, '/console/rules/:id', (reader) => show(reader.params['id'] ?? '', reader));
  site.page(app, '/console/rules/:id/edit', (reader) => {
    demandWhole(reader.who);
    const rule = rules.get(reader.params['id'] ?? '');
    return formPage({ site, form: formOf(rule), version: rule.version }, reader);
  });

  const save = async (form: RuleForm, version: number, reader: Reader): Promise<string | PageContent> => {
    try {
      const rule = parseRule(ruleOfForm(form));
      await rules.set(reader.who, rule, { version, why: textIn(form, 'why') });
      return `/console/rules/${rule.id}`;
    } catch (error) {
      return again(error, (wrong, detail) => formPage({ site, form, version, wrong, detail }, reader));
    }
  };
  site.form(app, '/console/rules/new', async (c, reader) => save(await formIn(c), 0, reader));
  site.form(app, '/console/rules/import', async (c, reader) => {
    const json = textIn(await formIn(c), 'json');
    try {
      const rule = parseRule(parseJson(Buffer.from(json)));
      const version = rules.list().find(({ id }) => id === rule.id)?.version ?? 0;
      await rules.set(reader.who, rule, { version, why: '' });
      return `/console/rules/${rule.id}`;
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 400) throw error;
      return importPage(
        { json, detail: `${error.message}${error.field === undefined ? '' : ` (${error.field})`}` },
        reader,
      );
    }
  });
  site.form(app, '/console/rules/:id/edit', async (c, reader) => {
    const form = await formIn(c);
    return save({ ...form, id: idOf(c) }, Number(textIn(form, 'version')), reader);
  });
  site.form(app, '/console/rules/:id/try', async (c, reader) => {
    const days = Number(textIn(await formIn(c), 'days'));
    const period = periods.find((one) => one === days) ?? periodDays;
    const rule = rules.get(idOf(c));
    const result = await rules.try(reader.who, rule.id, {
      from: reader.now - period * dayMs,
      to: reader.now,
    });
    return triedPage({ ...shown, rule, result, simulated: site.city.simulated }, reader);
  });
  site.form(app, '/console/rules/:id/switch', async (c, reader) => {
    const form = await formIn(c);
    try {
      await rules.enable(reader.who, idOf(c), textIn(form, 'enabled') === 'true', {
        version: Number(textIn(form, 'version')),
        why: textIn(form, 'why'),
      });
      return `/console/rules/${idOf(c)}`;
    } catch (error) {
      const wrong = wrongField(error);
      if (!wrong) throw error;
      return show(idOf(c), reader, wrong);
    }
  });
}

function apiRoutes(app: Hono, deps: RulesPagesDeps): void {
  const { rules, site } = deps;
  const now = (): number => site.clock.now();
  app.get('/api/operations/rules', async (c) =>
    c.json({ rules: await Promise.all(rules.list().map((rule) => summaryOf(deps, whoOf(c), rule, now()))) }),
  );
  app.get('/api/operations/rules/:id', (c) => c.json({ rule: rules.get(idOf(c)), versions: rules.versions(idOf(c)) }));
  app.post('/api/operations/rules', async (c) => {
    const { rule, version, why } = await bodyOf(c, ['rule', 'version', 'why']);
    return c.json(await rules.set(whoOf(c), parseRule(rule), { version: wholeIn(version), why: whyIn(why) }));
  });
  app.post('/api/operations/rules/:id/try', async (c) => {
    const { from, to } = await bodyOf(c, ['from', 'to']);
    const end = instantIn(to, 'to') ?? now();
    return c.json(
      await rules.try(whoOf(c), idOf(c), {
        from: instantIn(from, 'from') ?? end - periodDays * dayMs,
        to: end,
      }),
    );
  });
  app.post('/api/operations/rules/:id/switch', async (c) => {
    const { enabled, version, why } = await bodyOf(c, ['enabled', 'version', 'why']);
    if (typeof enabled !== 'boolean') throw new Problem('bad-data', 'expected true or false', 'enabled');
    return c.json(
      await rules.enable(whoOf(c), idOf(c), enabled, {
        version: wholeIn(version),
        why: whyIn(why),
      }),
    );
  });
}

async function summaryOf(
  { store, follower, alarms, site }: Pick<RulesPagesDeps, 'store' | 'follower' | 'alarms' | 'site'>,
  who: Principal,
  rule: Rule,
  now: number,
): Promise<RuleSummary> {
  const since = startOfDay(now, site.city.timeZone, 1 - weekDays);
  const own = await alarms.ofRule(who, rule.id, since);
  if (own) {
    const { lately, now: raised, ...last } = own;
    const known = follower.stats(rule.id);
    return { rule, week: lately, ...last, ...(known && { stats: { ...known, raised } }) };
  }
  const [days, last] = await Promise.all([store.days(rule.id, since), store.lastDay(rule.id)]);
  const stats = follower.stats(rule.id);
  return {
    rule,
    week: days.reduce((sum, { raised }) => sum + raised, 0),
    ...(last && { lastAt: last.lastAt, lastEntity: last.lastEntity }),
    ...(stats && { stats }),
  };
}

// --- input ------------------------------------------------------------------------------------------------------------
const idOf = (c: Context): string => c.req.param('id') ?? '';

async function formIn(c: Context): Promise<RuleForm> {
  const body = await c.req.parseBody({ all: true });
  const texts = (value: unknown): readonly string[] =>
    (Array.isArray(value) ? value : [value]).filter((item) => typeof item === 'string');
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => [name, name === 'districts' ? texts(value) : (texts(value)[0] ?? '')]),
  );
}

async function bodyOf(c: Context, known: readonly string[]): Promise<Record<string, unknown>> {
  const bytes = new Uint8Array(await c.req.arrayBuffer());
  const body = bytes.length === 0 ? {} : parseJson(bytes);
  if (!isObject(body)) throw new Problem('bad-data', 'expected an object', 'body');
  for (const key of Object.keys(body)) {
    if (!known.includes(key)) throw new Problem('bad-data', `unknown member; expected one of ${known.join(', ')}`, key);
  }
  return body;
}

function wholeIn(value: unknown): number {
  if (!Number.isSafeInteger(value)) throw new Problem('bad-data', 'expected a whole number', 'version');
  return value as number;
}

function whyIn(value: unknown): string {
  if (value === undefined) return '';
  if (typeof value !== 'string') throw new Problem('bad-data', 'expected a text', 'why');
  return value;
}

function instantIn(value: unknown, field: string): number | undefined {
  if (value === undefined) return undefined;
  const at = typeof value === 'string' ? parseInstant(value) : undefined;
  if (at === undefined) throw new Problem('bad-data', 'expected an instant, such as 2026-11-22T08:00:00Z', field);
  return at;
}
