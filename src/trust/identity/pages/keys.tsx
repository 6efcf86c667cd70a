import type { Hono } from 'hono';
import type { JSX } from 'preact';
import type { Problem } from '../../../base/problem.ts';
import {
  Act,
  Empty,
  Form,
  formatDateTime,
  type PageContent,
  PageLinks,
  pageAsked,
  pageOf,
  type Reader,
  Section,
  Status,
  Table,
  TextField,
} from '../../../ui/index.ts';
import type { Account } from '../accounts.ts';
import type { Device } from '../devices.ts';
import { freshSession } from '../fresh.ts';
import { areasText } from './areaFields.tsx';
import { fieldsOf, first, listed, type Desk } from './desk.ts';
import { KeyTable, newKeyOf, NewKeyForm } from './keyParts.tsx';
import { identityWords } from './messages/index.ts';
import { shownOnce } from './once.tsx';
import { formPage, refusedInput } from './refusal.tsx';
import { RightsFields, rightsOf } from './rightsFields.tsx';

/** `/keys`: service accounts with their keys, and devices. */
export function keyRoutes(app: Hono, desk: Desk): void {
  const { site, identity } = desk;
  const { accounts, keys, devices } = identity;
  site.page(app, '/keys', (reader) => {
    freshSession(reader.who, reader.now);
    return keysPage(desk, reader);
  });
  /** Adds a form; what is refused is said on the page. */
  const form = (
    path: string,
    act: (reader: Reader, c: Parameters<typeof fieldsOf>[0]) => Promise<string | PageContent>,
  ): void =>
    site.form(app, path, async (c, reader) => {
      freshSession(reader.who, reader.now);
      try {
        return await act(reader, c);
      } catch (error) {
        return keysPage(desk, reader, refusedInput(error));
      }
    });
  const made = (reader: Reader, lines: readonly string[]): PageContent =>
    shownOnce(reader, { title: identityWords(reader.language)('made'), lines, back: '/keys' });

  form('/keys/services', async (reader, c) => {
    const fields = await fieldsOf(c);
    accounts.add({ kind: 'service', name: first(fields, 'name'), ...rightsOf(fields) }, reader.who);
    return '/keys';
  });
  form('/keys/services/:id', async (reader, c) => {
    const { id, kind } = accounts.get(c.req.param('id') ?? '');
    if (kind !== 'service') return '/keys';
    return made(reader, [keys.add(newKeyOf(id, await fieldsOf(c)), reader.who).secret]);
  });
  form('/keys/:id/revoke', (reader, c) => {
    keys.revoke(c.req.param('id') ?? '', reader.who);
    return Promise.resolve('/keys');
  });
  form('/keys/devices', async (reader, c) => {
    const fields = await fieldsOf(c);
    const given = {
      label: first(fields, 'label'),
      topics: first(fields, 'topics'),
      sources: listed(first(fields, 'sources')),
    };
    const t = identityWords(reader.language);
    const { device, secret } = devices.add(given, reader.who);
    return made(reader, [`${t('deviceId')}: ${device.id}`, `${t('password')}: ${secret}`]);
  });
  form('/keys/devices/:id/revoke', (reader, c) => {
    devices.revoke(c.req.param('id') ?? '', reader.who);
    return Promise.resolve('/keys');
  });
}

/** On one page: a service brings a table of its keys. */
const servicesSize = 20;
const devicesSize = 50;

function keysPage(desk: Desk, reader: Reader, problem?: Problem): PageContent {
  const { identity, site } = desk;
  const { language, query, to } = reader;
  const t = identityWords(language);
  const services = pageOf(
    identity.accounts.list().filter(({ kind }) => kind === 'service'),
    pageAsked(query, 'services'),
    servicesSize,
  );
  const devices = pageOf(identity.devices.list(), pageAsked(query, 'devices'), devicesSize);
  /** The other list stays where it is. */
  const href = (list: 'services' | 'devices') => (number: number) => {
    const places = { services: services.page, devices: devices.page, [list]: number };
    return `${to('/keys')}?services=${places.services}&devices=${places.devices}#${list}`;
  };
  return formPage(reader, {
    title: t('keys'),
    section: '/keys',
    lede: t('keysLede'),
    problem,
    main: (
      <>
        <Section id="services" title={t('services')} note={t('servicesLede')}>
          {services.rows.length === 0 && <Empty title={t('noServices')} />}
          {services.rows.map((account) => (
            <Service desk={desk} reader={reader} account={account} />
          ))}
          <PageLinks language={language} {...services} href={href('services')} />
          <details>
            <summary>{t('addService')}</summary>
            <Form reader={reader} action={reader.to('/keys/services')}>
              <TextField id="name" name="name" label={t('name')} help={t('loginNameHelp')} autoComplete="off" />
              <RightsFields reader={reader} city={site.city} />
              <p>
                <button class="btn" type="submit">
                  {t('add')}
                </button>
              </p>
            </Form>
          </details>
        </Section>
        <Section id="devices" title={t('devices')} note={t('devicesLede')}>
          <DeviceTable devices={devices.rows} reader={reader} timeZone={site.city.timeZone} />
          <PageLinks language={language} {...devices} href={href('devices')} />
          <details>
            <summary>{t('addDevice')}</summary>
            <Form reader={reader} action={reader.to('/keys/devices')}>
              <TextField id="label" name="label" label={t('label')} help={t('labelHelp')} />
              <TextField id="topics" name="topics" label={t('topics')} help={t('topicsHelp', { id: '{id}' })} />
              <TextField id="sources" name="sources" label={t('sources')} help={t('sourcesHelp')} />
              <p>
                <button class="btn" type="submit">
                  {t('add')}
                </button>
              </p>
            </Form>
          </details>
        </Section>
      </>
    ),
  });
}

function Service({ desk, reader, account }: { desk: Desk; reader: Reader; account: Account }): JSX.Element {
  const { id, displayName, areas, disabled } = account;
  const t = identityWords(reader.language);
  return (
    <>
      <h3>
        <a href={reader.to(`/people/${id}`)}>{displayName}</a>{' '}
        {disabled && <Status state="trouble">{t('disabled')}</Status>}
      </h3>
      {areas !== 'all' && (
        <p class="note">
          {t('areas')}: {areasText(areas, desk.site.city, reader.language)}
        </p>
      )}
      <KeyTable keys={desk.identity.keys.list(id)} reader={reader} city={desk.site.city} path="/keys" />
      {!disabled && (
        <details>
          <summary>{t('makeKey')}</summary>
          <NewKeyForm
            reader={reader}
            action={reader.to(`/keys/services/${id}`)}
            desk={desk}
            account={account}
            id={id}
          />
        </details>
      )}
    </>
  );
}

function DeviceTable({
  devices,
  reader,
  timeZone,
}: {
  devices: readonly Device[];
  reader: Reader;
  timeZone: string;
}): JSX.Element {
  const { language, to } = reader;
  const t = identityWords(language);
  if (devices.length === 0) return <Empty title={t('noDevices')} />;
  return (
    <Table
      kind="vals"
      label={t('devices')}
      columns={[
        {
          head: t('device'),
          cell: ({ id, label }: Device) => (
            <>
              {label}
              <br />
              <small>{id}</small>
            </>
          ),
        },
        { head: t('topics'), headed: true, class: 'line', cell: ({ topics }) => <code>{topics}</code> },
        { head: t('sources'), headed: true, class: 'line', cell: ({ sources }) => sources.join(', ') },
        {
          head: t('used'),
          headed: true,
          class: 'line',
          cell: ({ usedAt }) => (usedAt === undefined ? t('never') : formatDateTime(usedAt, language, timeZone)),
        },
        {
          head: t('revoke'),
          class: 'line',
          cell: ({ id, revokedAt }) =>
            revokedAt === undefined ? (
              <Act reader={reader} action={to(`/keys/devices/${id}/revoke`)} text={t('revoke')} />
            ) : (
              <Status state="none">{t('revoked')}</Status>
            ),
        },
      ]}
      rows={devices}
    />
  );
}
