import type { JSX } from 'preact';
import {
  Empty,
  ErrorSummary,
  Form,
  formatDateTime,
  type PageContent,
  type Reader,
  Rows,
  Section,
  StateBanner,
  TextField,
} from '../../../ui/index.ts';
import type { Contact } from '../contact.ts';
import type { Notice } from '../openings.ts';
import { vaultWords } from './messages/index.ts';
import { Limits } from './limits.tsx';
import { noStore } from './noStore.ts';

export type ContactContent = {
  readonly contact: Contact;
  readonly notices: readonly Notice[];
  readonly timeZone: string;
  readonly nameOf: (id: string) => string;
  /** What was typed and is wrong. */
  readonly wrong?: { readonly field: 'email' | 'phone' };
  readonly done?: 'saved' | 'erased' | undefined;
  /** The key of the person is there: something else is sealed with it. */
  readonly hasKey: boolean;
};

/** `/account/contact`: how one wants to be reached, who has looked, and what a vault cannot prevent. */
export function contactPage(
  { contact, notices, timeZone, nameOf, wrong, done, hasKey }: ContactContent,
  reader: Reader,
): PageContent {
  const { language, to, who } = reader;
  const t = vaultWords(language);
  const page = (main: JSX.Element): PageContent => ({
    title: t('contactTitle'),
    section: '/account',
    headers: noStore,
    ...(wrong && { status: 400 as const }),
    main,
  });
  if (who.kind !== 'person') {
    return page(
      <>
        <h1>{t('contactTitle')}</h1>
        <Empty title={t('contactNobody')} />
      </>,
    );
  }
  const wrongOf = (field: 'email' | 'phone'): { wrong?: string } =>
    wrong?.field === field ? { wrong: t(field === 'email' ? 'emailWrong' : 'phoneWrong') } : {};
  return page(
    <>
      <h1>{t('contactTitle')}</h1>
      <p class="lede">{t('contactLede')}</p>
      {done && (
        <StateBanner good>
          <b>{t(done === 'erased' && !hasKey ? 'erasedKey' : done)}</b>
        </StateBanner>
      )}
      {wrong && (
        <ErrorSummary title={t('notSaved')} items={[{ id: wrong.field, text: wrongOf(wrong.field).wrong ?? '' }]} />
      )}
      <Form reader={reader} action={to('/account/contact')}>
        <TextField
          id="email"
          name="email"
          label={t('email')}
          optionalWord={t('optional')}
          value={contact.email ?? ''}
          {...wrongOf('email')}
        />
        <TextField
          id="phone"
          name="phone"
          inputMode="tel"
          label={t('phone')}
          optionalWord={t('optional')}
          help={t('emptyHelp')}
          value={contact.phone ?? ''}
          {...wrongOf('phone')}
        />
        <p>
          <button class="btn main" type="submit">
            {t('save')}
          </button>
        </p>
      </Form>
      <p class="note">{t('ownNumber', { id: who.id })}</p>
      <Section id="looked" title={t('looked')} note={t('lookedNote')}>
        {notices.length === 0 ? (
          <Empty title={t('lookedNone')} />
        ) : (
          <Rows
            items={notices.map(({ purpose, reason, askedBy, decidedBy, openedAt }) => (
              <>
                <b>{t(`purpose_${purpose.id}`)}</b> <span>{formatDateTime(openedAt, language, timeZone)}</span>
                <p>{reason ?? t('reasonGone')}</p>
                <p>
                  <small>
                    {[
                      t('lookedBy', { name: nameOf(askedBy) }),
                      decidedBy !== undefined && t('agreedBy', { name: nameOf(decidedBy) }),
                    ]
                      .filter(Boolean)
                      .join(' · ')}
                  </small>
                </p>
              </>
            ))}
          />
        )}
      </Section>
      <Limits t={t} to={to} />
    </>,
  );
}
