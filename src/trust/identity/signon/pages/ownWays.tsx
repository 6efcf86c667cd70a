import type { JSX } from 'preact';
import { csrfField } from '../../../../http/index.ts';
import { Act, formatDateTime, Links, type Reader, Section } from '../../../../ui/index.ts';
import type { Account } from '../../accounts.ts';
import type { SignOn } from '../signOn.ts';
import { providerName } from './choices.tsx';
import { signOnWords } from './messages/index.ts';

/** On `/account`: how its owner signs in, and the way to change that. */
export function OwnWays({
  signOn,
  account,
  reader,
  timeZone,
}: {
  signOn: SignOn;
  account: Account;
  reader: Reader;
  timeZone: string;
}): JSX.Element {
  const { language, to, who } = reader;
  const t = signOnWords(language);
  const { provider, links } = signOn;
  const name = providerName(signOn, language);
  const since = provider && links.since(account.id, provider.settings.issuer.href);
  const query = new URLSearchParams({ [csrfField]: who.session?.csrf ?? '', back: to('/account'), language });
  return (
    <Section id="ways" title={t('ways')}>
      <Links
        items={[
          { href: to('/account/passkeys'), text: t('passkeys') },
          { href: to('/account/codes'), text: t('codes') },
        ]}
      />
      {provider && (
        <>
          <h3>{t('provider', { name })}</h3>
          <p>{t('providerText')}</p>
          {since === undefined ? (
            <p>
              <a class="btn" href={`/account/provider/link?${query}`} rel="nofollow">
                {t('providerLink', { name })}
              </a>
            </p>
          ) : (
            <>
              <p class="proof">{t('providerLinked', { at: formatDateTime(since, language, timeZone) })}</p>
              <Act reader={reader} action={to('/account/provider/remove')} text={t('providerUnlink')} />
            </>
          )}
        </>
      )}
    </Section>
  );
}
