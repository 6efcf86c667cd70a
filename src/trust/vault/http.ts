/** The pages of the vault, and what everybody may count. */
import type { Context, Hono } from 'hono';
import { Problem } from '../../base/problem.ts';
import { whoOf, type Access, type Action, type ApiRoute, type Module, type Principal } from '../../http/index.ts';
import type { Site } from '../../ui/index.ts';
import { freshWhereSignedIn } from '../identity/fresh.ts';
import type { Anchor } from './accessLog.ts';
import { contactOf, parseContact, setContact } from './contact.ts';
import { contactPage } from './pages/contact.tsx';
import { accessLogPage, countsPage, logPageSize } from './pages/log.tsx';
import { vaultWords } from './pages/messages/index.ts';
import { noStore } from './pages/noStore.ts';
import type { VaultKey } from './pages/messages/index.ts';
import { approvalsPage, askedFields, contentPage, vaultPage, type Door } from './pages/openings.tsx';
import { purposes } from './purposes.ts';
import type { Vault } from './vault.ts';

const access: Access = {
  'GET /account/contact': 'useAccount',
  'POST /account/contact': 'useAccount',
  'GET /vault': 'openVault',
  'POST /vault/openings': 'openVault',
  'POST /vault/openings/:id': 'openVault',
  'POST /vault/openings/:id/records/:record': 'openVault',
  'GET /vault/approvals': 'approveOpening',
  'POST /vault/approvals/:id/approve': 'approveOpening',
  'POST /vault/approvals/:id/refuse': 'approveOpening',
  'GET /vault/log': 'readVaultLog',
  'GET /api/vault/log': 'readVaultLog',
  'GET /vault/counts': 'viewPublic',
  'GET /api/vault/counts': 'viewPublic',
};

/** Pages that are nobody's all together: who asks, who agrees, who watches. */
const doors: readonly (readonly [path: string, action: Action, key: VaultKey])[] = [
  ['/vault', 'openVault', 'title'],
  ['/vault/approvals', 'approveOpening', 'approvalsTitle'],
  ['/vault/log', 'readVaultLog', 'logTitle'],
];

const api: readonly ApiRoute[] = [
  {
    name: 'getVaultCounts',
    method: 'GET',
    path: '/api/vault/counts',
    summary: 'How often the vault was opened, by year and purpose',
    answers: { 200: { description: 'The counts', media: 'application/json', schema: { type: 'object' } } },
  },
  {
    name: 'getVaultLog',
    method: 'GET',
    path: '/api/vault/log',
    summary: 'The access log of the vault: a line for each entry, with its hash and that of the entry before it',
    answers: { 200: { description: 'JSON lines: { entry, hash }', media: 'application/x-ndjson' } },
  },
];

export function vaultPages(deps: {
  vault: Vault;
  site: Site;
  /** What the transparency log was told. */
  anchors: () => Promise<readonly Anchor[]>;
  /** Of an account, as it is shown. */
  nameOf: (id: string) => string;
  permits: (who: Principal, action: Action) => boolean;
}): Module {
  const { vault, site, anchors, nameOf, permits } = deps;
  const { timeZone } = site.city;
  /** Pages of the vault that `who` may open. */
  const doorsOf = (language: string, who: Principal): readonly Door[] =>
    doors
      .filter(([, action]) => permits(who, action))
      .map(([href, , key]) => ({ href, text: vaultWords(language)(key) }));
  const shown = { timeZone, nameOf, doorsOf };
  const yearOf = (ms: number): number =>
    Number(new Intl.DateTimeFormat('en', { year: 'numeric', timeZone }).format(new Date(ms)));
  return {
    name: 'vault',
    access,
    api,
    // One entry for whoever has to do with it: nobody may open all of them.
    navigation: (language, who) =>
      doorsOf(language, who)
        .slice(0, 1)
        .map(({ href }) => ({ href, text: vaultWords(language)('title') })),
    routes(app) {
      contactRoutes(app, deps);
      site.page(app, '/vault', (reader) => {
        freshWhereSignedIn(reader);
        return vaultPage({ ...shown, openings: vault.openings.asked(reader.who) }, reader);
      });
      site.form(app, '/vault/openings', async (c, reader) => {
        freshWhereSignedIn(reader);
        const form = await c.req.parseBody();
        const [subject, purpose, reason] = ['subject', 'purpose', 'reason'].map((name) => textOf(form[name]));
        const given = { subject: subject ?? '', purpose: purpose ?? '', reason: reason ?? '' };
        const faults = vault.openings.faultsOf(given).map(({ field }) => field);
        const wrong = askedFields.filter((field) => faults.includes(field));
        if (wrong.length > 0)
          return vaultPage({ ...shown, openings: vault.openings.asked(reader.who), given, wrong }, reader);
        vault.openings.request(reader.who, given.subject, given.purpose, given.reason);
        return '/vault?sent';
      });
      site.form(app, '/vault/openings/:id', async (c, reader) => {
        freshWhereSignedIn(reader);
        return contentPage({ ...shown, ...vault.openings.read(reader.who, idOf(c)) }, reader);
      });
      site.form(app, '/vault/openings/:id/records/:record', async (c, reader) => {
        freshWhereSignedIn(reader);
        const { records } = vault.openings.read(reader.who, idOf(c));
        const record = records.find(({ id }) => id === c.req.param('record'));
        if (!record) throw new Problem('not-found', 'the vault has no such record', 'record');
        return c.body(new Uint8Array(record.bytes), 200, {
          ...noStore,
          'content-type': 'application/octet-stream',
          'content-disposition': `attachment; filename="${record.id}"`,
        });
      });
      site.page(app, '/vault/approvals', (reader) => {
        freshWhereSignedIn(reader);
        return approvalsPage({ ...shown, openings: vault.openings.waiting(reader.who) }, reader);
      });
      for (const decision of ['approve', 'refuse'] as const) {
        site.form(app, `/vault/approvals/:id/${decision}`, async (c) => {
          freshWhereSignedIn({ who: whoOf(c), now: site.clock.now() });
          vault.openings[decision](whoOf(c), idOf(c));
          return `/vault/approvals?done=${decision}`;
        });
      }
      site.page(app, '/vault/log', async (reader) => {
        const before = reader.query.get('before') ?? String(Number.MAX_SAFE_INTEGER);
        if (!/^\d{1,16}$/.test(before)) throw new Problem('bad-data', 'a whole number is expected', 'before');
        const entries = vault.accessLog.newest(Number(before), logPageSize);
        return accessLogPage({ ...shown, entries, ...(await checked()) }, reader);
      });
      app.get('/api/vault/log', (c) =>
        c.body(
          vault.accessLog
            .lines()
            .map((line) => `${JSON.stringify(line)}\n`)
            .join(''),
          200,
          { ...noStore, 'content-type': 'application/x-ndjson' },
        ),
      );
      site.page(app, '/vault/counts', (reader) => countsPage(vault.openings.counts(yearOf), reader));
      app.get('/api/vault/counts', (c) =>
        c.json({
          purposes: purposes.map(({ id, second, noticeDays }) => ({ id, secondPerson: second, noticeDays })),
          years: vault.openings.counts(yearOf),
        }),
      );
    },
  };

  async function checked(): Promise<{ count: number; trouble?: string }> {
    try {
      return { count: vault.accessLog.verify(await anchors()).entries };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return { count: 0, trouble: `${error.message}${error.field === undefined ? '' : ` (${error.field})`}` };
    }
  }
}

/** One's own record needs no opening. */
function contactRoutes(app: Hono, { vault, site, nameOf }: Parameters<typeof vaultPages>[0]): void {
  const { timeZone } = site.city;
  const noticesOf = (id: string) => ({ timeZone, nameOf, notices: vault.openings.notices(id) });
  site.page(app, '/account/contact', (reader) =>
    contactPage(
      {
        ...noticesOf(reader.who.id),
        contact: contactOf(vault.records, reader.who.id) ?? {},
        done: reader.query.has('erased') ? 'erased' : reader.query.has('saved') ? 'saved' : undefined,
        hasKey: vault.records.hasKey(reader.who.id),
      },
      reader,
    ),
  );
  site.form(app, '/account/contact', async (c, reader) => {
    const { who } = reader;
    if (who.kind !== 'person') throw new Problem('forbidden', 'nobody is signed in whose contact it could be');
    const form = await c.req.parseBody();
    const given = { email: textOf(form['email']), phone: textOf(form['phone']) };
    try {
      const contact = parseContact(given);
      const had = contactOf(vault.records, who.id) !== undefined;
      setContact(vault.records, who.id, contact);
      return had && Object.keys(contact).length === 0 ? '/account/contact?erased' : '/account/contact?saved';
    } catch (error) {
      const field = error instanceof Problem ? error.field : undefined;
      if (field !== 'email' && field !== 'phone') throw error;
      const hasKey = vault.records.hasKey(who.id);
      return contactPage({ ...noticesOf(who.id), contact: given, hasKey, wrong: { field } }, reader);
    }
  });
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const idOf = (c: Context): string => c.req.param('id') ?? '';
