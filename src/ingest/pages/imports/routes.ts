/** The way of a file through the browser: sent, looked at, taken, and taken back. Every step is a form without script. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Context, Hono } from 'hono';
import type { Log } from '../../../base/log.ts';
import { Problem } from '../../../base/problem.ts';
import { within } from '../../../base/timers.ts';
import { inLanguage, languages, type Language } from '../../../city/profile.ts';
import type { Site } from '../../../ui/index.ts';
import type { Imports } from '../../importing/imports.ts';
import { beginMs, beginUndo } from '../../importing/routes.ts';
import type { ImportView } from '../../importing/views.ts';
import type { Upload, Uploads } from '../../importing/uploads.ts';
import type { Sources } from '../../source.ts';
import { importPage } from './detail.tsx';
import { importsPage } from './list.tsx';
import { preparePage } from './prepare.tsx';
import type { Preparation } from './preparation.ts';

export type ImportPages = {
  readonly site: Site;
  readonly imports: Imports;
  readonly uploads: Uploads;
  readonly preparation: Preparation;
  readonly sources: Sources;
  readonly timeZone: string;
  readonly log: Log;
};

export function importPageRoutes(app: Hono, deps: ImportPages): void {
  const { site, imports, uploads, preparation, sources, timeZone, log } = deps;

  const form = (path: string, act: (c: Context) => Promise<string>): void => site.form(app, path, act);
  const languageOf = (c: Context): Language | undefined => {
    const [, first = ''] = new URL(c.req.url).pathname.split('/');
    return languages.find((tag) => tag === first);
  };
  const param = (c: Context, name: string): string => c.req.param(name) ?? '';
  const sourceName = (id: string, language: string): string => {
    const source = sources.find(id);
    return source === undefined ? id : inLanguage(source.name, language).text;
  };
  /** The file that an import was made of, while it lies here. */
  const uploadOf = async (record: Pick<ImportView, 'id'>): Promise<Upload | undefined> => {
    for (const upload of await uploads.list()) {
      if ((await uploads.noted(upload.id))['import'] === record.id) return upload;
    }
    return undefined;
  };
  const rejectsOf = (upload: Upload): string => join(upload.path, '..', 'rejects.csv');

  /** Begins or goes on; resolves when the import has a place in the list. */
  const run = async (upload: Upload): Promise<string> => {
    const options = await preparation.importOptions(upload);
    const begun = Promise.withResolvers<string>();
    const ended = imports.run({
      ...options,
      rejectsFile: rejectsOf(upload),
      onBegin: async (id) => {
        await uploads.note(upload.id, { ...(await uploads.noted(upload.id)), import: id });
        begun.resolve(id);
      },
    });
    const over = ended.then(
      // It may be large, and whoever wants to take it once more has it.
      ({ stopped }) => (stopped ? undefined : uploads.finish(upload.id)),
    );
    over.catch((error: unknown) => {
      begun.reject(error);
      log.warn('an import failed', { upload: upload.id, error: String(error) });
    });
    const id = await begun.promise;
    // What is refused at once is said at once, and small files are done by then.
    await within(
      beginMs,
      over.catch(() => {}),
    );
    return `/imports/${id}`;
  };

  site.page(app, '/imports', async (reader) => {
    const list = await imports.list();
    const taken = new Set(list.map(({ id }) => id));
    const waiting: Upload[] = [];
    for (const upload of await uploads.list()) {
      const made = (await uploads.noted(upload.id))['import'];
      if (typeof made !== 'string' || !taken.has(made)) waiting.push(upload);
    }
    const named = (id: string): string => sourceName(id, reader.language);
    return importsPage({ imports: list, uploads: waiting, sourceName: named, timeZone }, reader);
  });
  form('/imports', async (c) => `/imports/new/${(await uploads.receive(c.req.raw)).id}`);

  /** @throws Problem not-found; conflict when it is taken already */
  const toPrepare = async (id: string): Promise<Upload> => {
    const upload = await uploads.get(id);
    if (!upload.taken) return upload;
    throw new Problem('conflict', `${upload.name} was taken already; send it again to take it once more`, 'upload');
  };
  site.page(app, '/imports/new/:upload', async (reader) => {
    const upload = await toPrepare(reader.params['upload'] ?? '');
    return preparePage(await preparation.look(upload, reader.language), reader);
  });
  form('/imports/new/:upload', async (c) => {
    const upload = await toPrepare(param(c, 'upload'));
    const answers = new Map<string, string>();
    for (const [name, value] of Object.entries(await c.req.parseBody())) {
      if (typeof value === 'string') answers.set(name, value);
    }
    const ready = await preparation.answer(upload, answers, languageOf(c) ?? site.city.languages[0] ?? 'en');
    return answers.get('do') === 'take' && ready ? run(upload) : `/imports/new/${upload.id}`;
  });
  form('/imports/new/:upload/remove', async (c) => {
    await uploads.remove(param(c, 'upload'));
    return '/imports';
  });

  site.page(app, '/imports/:id', async (reader) => {
    const record = await imports.get(reader.params['id'] ?? '');
    const upload = await uploadOf(record);
    const goesOn = record.state === 'stopped' || record.state === 'failed';
    return importPage(
      {
        record,
        sourceName: sourceName(record.source, reader.language),
        timeZone,
        canGoOn: goesOn && upload?.taken === false,
        rejects: upload !== undefined && record.counts.rejected > 0,
      },
      reader,
    );
  });
  form('/imports/:id/stop', async (c) => {
    await imports.stop(param(c, 'id'));
    return `/imports/${param(c, 'id')}`;
  });
  form('/imports/:id/go-on', async (c) => {
    const upload = await uploadOf({ id: param(c, 'id') });
    if (upload?.taken !== false)
      throw new Problem('not-found', 'the file of this import is no longer here: send it again', 'id');
    return run(upload);
  });
  form('/imports/:id/undo', async (c) => {
    const id = param(c, 'id');
    await beginUndo(imports, id, log);
    return `/imports/${id}`;
  });
  app.get('/api/imports/:id/rejects.csv', async (c) => {
    const upload = await uploadOf({ id: param(c, 'id') });
    const path = upload && rejectsOf(upload);
    const size =
      path === undefined
        ? undefined
        : await stat(path).then(
            ({ size: bytes }) => bytes,
            () => undefined,
          );
    if (!upload || path === undefined || size === undefined) {
      throw new Problem('not-found', 'there is no file of refused rows for this import', 'id');
    }
    c.header('content-type', 'text/csv; charset=utf-8');
    c.header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(`${upload.name}.rejects.csv`)}`);
    return c.body(Readable.toWeb(createReadStream(path)) as ReadableStream);
  });
}
