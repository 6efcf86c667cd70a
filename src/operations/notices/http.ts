/** `/notices` for everybody, as pages, Atom, CAP and JSON; `/console/notices` for who writes them. */
import type { Context, Hono } from 'hono';
import { Problem } from '../../base/problem.ts';
import type { Access, ApiRoute, Module } from '../../http/index.ts';
import { type City, languages, negotiateLanguage, type Site } from '../../ui/index.ts';
import { atomOf, atomType } from './atom.ts';
import { capOf, capType } from './cap.ts';
import { areaText, districtsOf, middleOf, saidIn } from './compose.ts';
import { consoleRoutes } from './console.ts';
import { iriOf } from './entity.ts';
import { listPage, pastSize } from './pages/list.tsx';
import { noticeWords } from './pages/messages/index.ts';
import { noticePage } from './pages/notice.tsx';
import { type Notice, stateOf, type Version, wholeCity } from './schema.ts';
import type { Notices } from './service.ts';
import { templateOf } from './templates.ts';

const access: Access = {
  'GET /notices': 'viewPublic',
  'GET /notices/:id': 'viewPublic',
  'GET /notices/atom': 'viewPublic',
  'GET /notices/cap': 'viewPublic',
  'GET /notices/:id/cap': 'viewPublic',
  'GET /api/operations/notices': 'viewPublic',
  'GET /api/operations/notices/:id': 'viewPublic',
  'GET /console/notices': 'readOperations',
  'GET /console/notices/new': 'writeNotices',
  'GET /console/notices/:id': 'writeNotices',
  'POST /console/notices': 'writeNotices',
  'POST /console/notices/preview': 'writeNotices',
  'POST /console/notices/:id': 'writeNotices',
  'POST /console/notices/:id/prolong': 'writeNotices',
  'POST /console/notices/:id/withdraw': 'writeNotices',
};

const listed = { type: 'object', properties: { notices: { type: 'array', items: { type: 'object' } } } } as const;

const api: readonly ApiRoute[] = [
  {
    name: 'listNotices',
    method: 'GET',
    path: '/api/operations/notices',
    summary: 'Notices to residents: those in force and to come, and the last that are over or withdrawn',
    parameters: [{ name: 'district', in: 'query', description: 'Id of a district: notices for it or the whole city' }],
    answers: { 200: { description: 'The notices, the newest first', media: 'application/json', schema: listed } },
  },
  {
    name: 'getNotice',
    method: 'GET',
    path: '/api/operations/notices/{id}',
    summary: 'A notice and what was said when',
    parameters: [{ name: 'id', in: 'path', description: 'Its id', required: true }],
    answers: {
      200: { description: 'The notice with its versions', media: 'application/json', schema: { type: 'object' } },
      404: { description: 'There is no such notice' },
    },
  },
];

/** Of a feed: those that are over stay in it for so many. */
const feedPast = 20;

export function noticePages(deps: {
  notices: Notices;
  site: Site;
  /** Of the platform as others reach it. */
  url: () => string;
  /** Of an account, as it is shown. */
  nameOf: (id: string) => string;
}): Module {
  return {
    name: 'notices',
    access,
    api,
    navigation: (language) => [
      { href: '/notices', text: noticeWords(language)('title') },
      { href: '/console/notices', text: noticeWords(language)('write'), below: '/console' },
    ],
    async home({ language, now }) {
      const inForce = (await deps.notices.current()).filter((notice) => stateOf(notice, now) === 'inForce');
      return { attention: inForce.map((notice) => attentionOf(notice, language, deps.site.city)) };
    },
    routes(app) {
      machineRoutes(app, deps);
      pageRoutes(app, deps);
      consoleRoutes(app, deps);
    },
  };
}

type Deps = Parameters<typeof noticePages>[0];
type Attention = NonNullable<Awaited<ReturnType<NonNullable<Module['home']>>>['attention']>[number];

function attentionOf(notice: Notice, language: string, city: City): Attention {
  const { version, simulated } = notice;
  const { headline, instruction } = saidIn(version, language);
  const { severity, from } = version.draft;
  const [first] = districtsOf(version.draft, city);
  return {
    severity: severity === 'Severe' || severity === 'Extreme' ? 'trouble' : 'warn',
    title: headline,
    ...(instruction !== '' && { text: instruction }),
    href: `/notices/${notice.id}`,
    sinceMs: from,
    where: areaText(version.draft, city, language),
    ...(first && { location: middleOf(first) }),
    simulated,
  };
}

/** @throws Problem bad-data */
function districtOf(id: string | null | undefined, city: City): string | undefined {
  if (id === null || id === undefined || id === '') return undefined;
  if (!city.districts.some((district) => district.id === id))
    throw new Problem('bad-data', 'this city has no such district', 'district');
  return id;
}

const concerns =
  (district: string | undefined) =>
  ({ version: { draft } }: Notice): boolean =>
    district === undefined || draft.districts.includes(district) || draft.districts.includes(wholeCity);

function machineRoutes(app: Hono, { notices, site, url }: Deps): void {
  const { city, clock } = site;
  const iso = (ms: number): string => new Date(ms).toISOString();
  const address = (c: Context): string => url() || new URL(c.req.url).origin;
  const both = async (district: string | undefined): Promise<readonly Notice[]> =>
    [...(await notices.current()), ...(await notices.past(feedPast))].filter(concerns(district));
  const send = (c: Context, text: string, type: string): Response =>
    c.body(text, 200, { 'content-type': `${type}; charset=utf-8`, 'cache-control': 'no-cache' });

  app.get('/notices/atom', async (c) => {
    const asked = c.req.query('lang');
    const language =
      asked === undefined
        ? negotiateLanguage(c.req.header('accept-language'), city.languages)
        : languages.find((own) => own === asked);
    if (!language) throw new Problem('bad-data', `wanted one of ${city.languages.join(', ')}`, 'lang');
    const district = districtOf(c.req.query('district'), city);
    const now = clock.now();
    c.header('vary', 'Accept-Language');
    const feed = {
      notices: await both(district),
      language,
      now,
      since: 0,
      ...(district !== undefined && { district }),
    };
    return send(c, atomOf(feed, city, address(c)), atomType);
  });
  app.get('/notices/cap', async (c) => {
    const newest = (await notices.current()).find((notice) => stateOf(notice, clock.now()) === 'inForce');
    if (!newest) throw new Problem('not-found', 'no notice is in force');
    return send(c, capOf(newest, await notices.versions(newest.id), city, address(c)), capType);
  });
  app.get('/notices/:id/cap', async (c) => {
    const notice = await notices.get(c.req.param('id'));
    return send(c, capOf(notice, await notices.versions(notice.id), city, address(c)), capType);
  });

  const toJson = (notice: Notice) => ({
    id: notice.id,
    entity: iriOf(notice.id),
    state: stateOf(notice, clock.now()),
    simulated: notice.simulated,
    issuedAt: iso(notice.issuedAt),
    ...(notice.withdrawnAt !== undefined && { withdrawnAt: iso(notice.withdrawnAt) }),
    ...versionJson(notice.version),
    page: `/notices/${notice.id}`,
    cap: `/notices/${notice.id}/cap`,
  });
  const versionJson = ({ number, at, step, draft, said, withdrawal }: Version) => {
    const { kind, nature, certainty } = templateOf(draft.template);
    return {
      version: number,
      step,
      saidAt: iso(at),
      ...(withdrawal !== undefined && { withdrawal }),
      template: draft.template,
      kind,
      nature,
      severity: draft.severity,
      certainty,
      wholeCity: draft.districts.includes(wholeCity),
      districts: draft.districts.filter((id) => id !== wholeCity),
      from: iso(draft.from),
      until: iso(draft.until),
      ...(draft.about !== undefined && { about: draft.about }),
      said,
      ownWords: draft.more,
    };
  };
  app.get('/api/operations/notices', async (c) => {
    const district = districtOf(c.req.query('district'), city);
    return c.json({ notices: (await both(district)).map(toJson) });
  });
  app.get('/api/operations/notices/:id', async (c) => {
    const notice = await notices.get(c.req.param('id'));
    return c.json({ ...toJson(notice), versions: (await notices.versions(notice.id)).map(versionJson) });
  });
}

function pageRoutes(app: Hono, { notices, site }: Deps): void {
  const { city } = site;
  site.page(app, '/notices', async (reader) => {
    const district = districtOf(reader.query.get('district'), city);
    const before = reader.query.get('before');
    if (before !== null && !/^\d{1,15}$/.test(before))
      throw new Problem('bad-data', 'a whole number is expected', 'before');
    const current = await notices.current();
    const past = await notices.past(pastSize, before === null ? undefined : Number(before));
    const isEmpty = before === null && current.length + past.length === 0;
    const mine = concerns(district);
    const shown = { current: current.filter(mine), past: past.filter(mine), paged: before !== null };
    return listPage({ city, district, isEmpty, ...shown }, reader);
  });
  site.page(app, '/notices/:id', async (reader) => {
    const notice = await notices.get(reader.params['id'] ?? '');
    return noticePage({ city, notice, versions: await notices.versions(notice.id) }, reader);
  });
}
