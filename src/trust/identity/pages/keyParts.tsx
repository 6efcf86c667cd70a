import type { JSX } from 'preact';
import type { Action, Principal } from '../../../http/index.ts';
import {
  Act,
  Checks,
  type City,
  Empty,
  Form,
  formatDate,
  formatDateTime,
  type Reader,
  Status,
  Table,
  TextField,
} from '../../../ui/index.ts';
import { policyWords } from '../../policy/pages/messages/index.ts';
import { keyActions, type ApiKey, type NewKey } from '../keys.ts';
import { principalOf } from '../sessions.ts';
import type { Account } from '../accounts.ts';
import { AreaFields, areasIn, areasText } from './areaFields.tsx';
import { first, type Desk, type Fields } from './desk.ts';
import { identityWords } from './messages/index.ts';

/** Keys of one account, each with the form that revokes it. */
export function KeyTable({
  keys,
  reader,
  city,
  path,
}: {
  keys: readonly ApiKey[];
  reader: Reader;
  city: City;
  /** Where the form of a key is: `/account/keys`. */
  path: string;
}): JSX.Element {
  const { language, to, now } = reader;
  const { timeZone } = city;
  const t = identityWords(language);
  if (keys.length === 0) return <Empty title={t('noKeys')} />;
  const isValid = ({ revokedAt, expiresAt }: ApiKey): boolean => revokedAt === undefined && now < expiresAt;
  return (
    <Table
      kind="vals"
      label={t('keys')}
      columns={[
        {
          head: t('label'),
          cell: ({ id, label }: ApiKey) => (
            <>
              {label}
              <br />
              <small>{id}</small>
            </>
          ),
        },
        {
          head: t('scope'),
          headed: true,
          class: 'line',
          cell: ({ scope, areas = 'all' }) => (
            <small>
              {scope.map((action) => actionWord(action, language)).join(', ')}
              {areas !== 'all' && ` · ${areasText(areas, city, language)}`}
            </small>
          ),
        },
        {
          head: t('state'),
          class: 'line',
          cell: (key) => {
            if (key.revokedAt !== undefined) return <Status state="none">{t('revoked')}</Status>;
            if (!isValid(key)) return <Status state="warn">{t('expired')}</Status>;
            return <Status state="good">{t('valid')}</Status>;
          },
        },
        {
          head: t('expires'),
          headed: true,
          class: 'line',
          cell: ({ expiresAt }) => formatDate(expiresAt, language, timeZone),
        },
        {
          head: t('used'),
          headed: true,
          class: 'line',
          cell: ({ usedAt }) => (usedAt === undefined ? t('never') : formatDateTime(usedAt, language, timeZone)),
        },
        {
          head: t('revoke'),
          class: 'line',
          cell: (key) =>
            isValid(key) ? <Act reader={reader} action={to(`${path}/${key.id}/revoke`)} text={t('revoke')} /> : '',
        },
      ]}
      rows={keys}
    />
  );
}

/** What an action is, as the policy page says it. */
const actionWord = (action: Action, language: string): string => policyWords(language)(`action.${action}`);

/** Of what keys can do, that which the account may do at all. */
const scopeOf = ({ permits }: Pick<Desk, 'permits'>, account: Account): readonly Action[] => {
  const who: Principal = principalOf(account);
  return keyActions.filter((action) => permits(who, action));
};

/** @param id of its fields: a page may have several such forms */
export function NewKeyForm({
  reader,
  action,
  desk,
  account,
  id,
}: {
  reader: Reader;
  action: string;
  desk: Pick<Desk, 'permits' | 'site'>;
  /** Whose it becomes. */
  account: Account;
  id: string;
}): JSX.Element {
  const t = identityWords(reader.language);
  return (
    <Form reader={reader} action={action}>
      <TextField id={`label${id}`} name="label" label={t('label')} help={t('labelHelp')} />
      <Checks
        legend={t('scope')}
        name="scope"
        values={[]}
        options={scopeOf(desk, account).map((name) => ({
          value: name,
          text: `${actionWord(name, reader.language)} (${name})`,
        }))}
      />
      <AreaFields reader={reader} city={desk.site.city} areas="all" among={account.areas} />
      <TextField id={`days${id}`} name="days" label={t('days')} inputMode="decimal" value="365" />
      <p>
        <button class="btn" type="submit">
          {t('makeKey')}
        </button>
      </p>
    </Form>
  );
}

/** What is no action, or no number, is refused by `Keys`. @throws Problem bad-data: see `areasIn` */
export const newKeyOf = (account: string, fields: Fields): NewKey => ({
  account,
  label: first(fields, 'label'),
  scope: (fields['scope'] ?? []) as NewKey['scope'],
  days: Number(first(fields, 'days')),
  ...areasIn(fields),
});
