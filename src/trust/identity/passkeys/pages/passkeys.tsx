import type { JSX } from 'preact';
import {
  Breadcrumb,
  Empty,
  Facts,
  Form,
  formatDateTime,
  type PageContent,
  type Reader,
  Section,
  Status,
  TextField,
} from '../../../../ui/index.ts';
import { MustAdd } from '../../signon/pages/again.tsx';
import { signOnWords } from '../../signon/pages/messages/index.ts';
import { PasskeyStatus } from '../../signon/pages/passkeyButton.tsx';
import type { Passkey, Passkeys } from '../passkeys.ts';

export type PasskeysContent = {
  readonly passkeys: Pick<Passkeys, 'hindrance'>;
  readonly own: readonly Passkey[];
  readonly timeZone: string;
};

/** `/account/passkeys`: those of the reader. */
export function passkeysPage({ passkeys, own, timeZone }: PasskeysContent, reader: Reader): PageContent {
  const { language, to, who } = reader;
  const t = signOnWords(language);
  return {
    title: t('passkeys'),
    section: '/account',
    islands: ['passkeys'],
    main: (
      <>
        <Breadcrumb label={t('ways')} items={[{ text: t('ways'), href: to('/account') }, { text: t('passkeys') }]} />
        <h1>{t('passkeys')}</h1>
        <p class="lede">{t('passkeysText')}</p>
        {who.session?.due && <MustAdd reader={reader} />}
        {own.length === 0 ? (
          <Empty title={t('passkeysNone')} />
        ) : (
          own.map((passkey) => <OnePasskey passkey={passkey} reader={reader} timeZone={timeZone} />)
        )}
        <Section id="add" title={t('passkeyAdd')}>
          {passkeys.hindrance() ? (
            <p class="note">{t('passkeyAddress')}</p>
          ) : (
            <>
              <form id="passkey-add" hidden data-again={to('/login/again')}>
                <TextField id="label" name="label" label={t('passkeyName')} help={t('passkeyNameHelp')} />
                <p>
                  <button class="btn main" type="submit">
                    {t('passkeyAdd')}
                  </button>
                </p>
              </form>
              <PasskeyStatus reader={reader} />
            </>
          )}
        </Section>
      </>
    ),
  };
}

function OnePasskey({
  passkey: { id, label, madeAt, usedAt, doubtedAt },
  reader,
  timeZone,
}: {
  passkey: Passkey;
  reader: Reader;
  timeZone: string;
}): JSX.Element {
  const { language, to } = reader;
  const t = signOnWords(language);
  const when = (at: number): string => formatDateTime(at, language, timeZone);
  // Ids of passkeys may stand in addresses: they are base64url.
  const at = to(`/account/passkeys/${id}`);
  return (
    <Section id={`passkey-${id}`} title={label}>
      {doubtedAt !== undefined && (
        <p>
          <Status state="trouble">
            <b>{t('doubted')}.</b> {t('doubtedText')}
          </Status>
        </p>
      )}
      <Facts
        items={[
          { name: t('added'), value: when(madeAt) },
          { name: t('used'), value: usedAt === undefined ? t('never') : when(usedAt) },
        ]}
      />
      <Form reader={reader} action={`${at}/name`}>
        <TextField id={`label-${id}`} name="label" label={t('passkeyName')} value={label} />
        <p>
          <button class="btn" type="submit">
            {t('rename')}
          </button>
        </p>
      </Form>
      <Form reader={reader} action={`${at}/remove`}>
        <p>
          <button class="btn" type="submit">
            {t('removeOf', { name: label })}
          </button>
        </p>
      </Form>
    </Section>
  );
}
