/** What the forms of `/console/notices` do. */
import type { Context, Hono } from 'hono';
import { Problem } from '../../base/problem.ts';
import { csrfField, whoOf } from '../../http/index.ts';
import type { Reader, Site } from '../../ui/index.ts';
import { compose } from './compose.ts';
import { consolePage } from './pages/console.tsx';
import { previewPage } from './pages/preview.tsx';
import { faultOf, fieldsOf, freshFields, writePage, type Writing } from './pages/write.tsx';
import { type Draft, type Fields, parseDraft, parseUntil, type Version, wholeCity } from './schema.ts';
import type { Notices } from './service.ts';
import { templateOf } from './templates.ts';

/** @param deps nameOf: of an account, as it is shown */
export function consoleRoutes(app: Hono, deps: { notices: Notices; site: Site; nameOf: (id: string) => string }): void {
  const { notices, site, nameOf } = deps;
  const { city, clock } = site;

  /** The city, and where in it the reader may write. */
  const shownTo = ({ who }: Reader) => ({ city, mayWrite: (district: string) => notices.mayWrite(who, [district]) });

  const writing = async (fields: Fields, wrong?: string): Promise<Writing> => {
    const id = fields.get('version') ? fields.get('id')?.[0] : undefined;
    const notice = id === undefined ? undefined : await notices.get(id);
    return {
      template: templateOf(fields.get('template')?.[0] ?? ''),
      fields,
      ...(notice && { notice }),
      ...(wrong !== undefined && { wrong }),
    };
  };
  /** The draft that a form makes; or the form again, with what is wrong. */
  const read = async (fields: Fields, reader: Reader) => {
    try {
      const draft = parseDraft(fields, city, clock.now());
      await notices.demand(reader.who, draft);
      return draft;
    } catch (error) {
      if (!(error instanceof Problem) || faultOf(error.field) === undefined) throw error;
      const wrong = error.kind === 'forbidden' && error.field === 'districts' ? 'place' : error.field;
      return writePage({ ...shownTo(reader), ...(await writing(fields, wrong)) }, reader);
    }
  };

  const listed = async (reader: Reader) =>
    consolePage(
      {
        city,
        watched: await notices.watched(reader.who),
        past: await notices.past(5),
        nameOf,
        mayWrite: ({ version }) => notices.mayWrite(reader.who, version.draft.districts),
        mayBegin: [wholeCity, ...city.districts.map(({ id }) => id)].some((id) => notices.mayWrite(reader.who, [id])),
      },
      reader,
    );
  site.page(app, '/console/notices', listed);
  site.page(app, '/console/notices/new', async (reader) => {
    const about = reader.query.get('about') ?? '';
    const chosen = reader.query.get('template');
    const taken = about === '' ? undefined : await notices.taken(reader.who, about);
    const template = chosen === null ? taken?.template : templateOf(chosen);
    // Nothing says which one is meant: they are all shown.
    if (!template) return listed(reader);
    const shown = shownTo(reader);
    return writePage({ ...shown, template, fields: freshFields(template, shown, clock.now(), taken) }, reader);
  });
  site.page(app, '/console/notices/:id', async (reader) => {
    const notice = await notices.get(reader.params['id'] ?? '');
    const { draft } = notice.version;
    if (!notices.mayWrite(reader.who, draft.districts))
      throw new Problem('forbidden', 'you may not write notices there', 'districts');
    const template = templateOf(draft.template);
    return writePage({ ...shownTo(reader), template, fields: fieldsOf(draft, city), notice }, reader);
  });
  site.form(app, '/console/notices/preview', async (c, reader) => {
    const { fields, act } = await fieldsIn(c);
    if (act === 'change') return writePage({ ...shownTo(reader), ...(await writing(fields)) }, reader);
    const draft = await read(fields, reader);
    if (!isDraft(draft)) return draft;
    const changed = fields.get('version') ? fields.get('id')?.[0] : undefined;
    const sent = new Map(fields);
    // The id is given before it is sent: sending twice makes one notice.
    if (changed === undefined) sent.set('id', [notices.newId()]);
    const version: Version = {
      number: 1,
      at: clock.now(),
      by: reader.who.id,
      step: 'issued',
      draft,
      said: compose(draft, city),
    };
    const sendTo = changed === undefined ? '/console/notices' : `/console/notices/${changed}`;
    return previewPage({ city, notice: { version }, fields: sent, sendTo }, reader);
  });
  site.form(app, '/console/notices', async (c, reader) => {
    const { fields } = await fieldsIn(c);
    const draft = await read(fields, reader);
    if (!isDraft(draft)) return draft;
    const { id } = await notices.issue(whoOf(c), fields.get('id')?.[0] ?? '', draft);
    return `/notices/${id}`;
  });
  site.form(app, '/console/notices/:id', async (c, reader) => {
    const { fields } = await fieldsIn(c);
    const draft = await read(fields, reader);
    if (!isDraft(draft)) return draft;
    const { id } = await notices.update(whoOf(c), idOf(c), versionOf(fields), draft);
    return `/notices/${id}`;
  });
  site.form(app, '/console/notices/:id/prolong', async (c, reader) => {
    const { fields } = await fieldsIn(c);
    const notice = await notices.get(idOf(c));
    const { draft } = notice.version;
    try {
      const until = parseUntil(fields.get('until')?.[0]?.trim() ?? '', draft.from, city.timeZone, clock.now());
      const { id } = await notices.prolong(whoOf(c), notice.id, versionOf(fields), until);
      return `/notices/${id}`;
    } catch (error) {
      if (!(error instanceof Problem) || error.field !== 'until') throw error;
      const template = templateOf(draft.template);
      return writePage({ ...shownTo(reader), template, fields: fieldsOf(draft, city), notice, wrong: 'until' }, reader);
    }
  });
  site.form(app, '/console/notices/:id/withdraw', async (c) => {
    const { fields } = await fieldsIn(c);
    const { id } = await notices.withdraw(whoOf(c), idOf(c), versionOf(fields), fields.get('reason')?.[0] ?? '');
    return `/notices/${id}`;
  });
}

const isDraft = (one: object): one is Draft => 'withdraws' in one;
const idOf = (c: Context): string => c.req.param('id') ?? '';
const versionOf = (fields: Fields): number => Number(fields.get('version')?.[0] ?? Number.NaN);

/** The texts of a form; files and the token of the session are not among them. */
async function fieldsIn(c: Context): Promise<{ fields: Fields; act: string | undefined }> {
  const body = await c.req.parseBody({ all: true });
  const fields = new Map<string, readonly string[]>();
  for (const [name, value] of Object.entries(body)) {
    const texts = [value].flat().filter((one): one is string => typeof one === 'string');
    if (name !== csrfField && name !== 'act' && texts.length > 0) fields.set(name, texts);
  }
  return { fields, act: typeof body['act'] === 'string' ? body['act'] : undefined };
}
