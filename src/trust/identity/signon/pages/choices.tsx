import type { JSX } from 'preact';
import { Section, type Reader } from '../../../../ui/index.ts';
import type { SignOn } from '../signOn.ts';
import { signOnWords } from './messages/index.ts';
import { PasskeyButton } from './passkeyButton.tsx';

/** Name of the provider, in the reader's language. */
export const providerName = ({ provider }: Pick<SignOn, 'provider'>, language: string): string =>
  provider?.settings.label[language] ?? provider?.settings.label['en'] ?? '';

const reasons = {
  away: 'whyAway',
  refused: 'whyRefused',
  unknown: 'whyUnknown',
  closed: 'whyClosed',
  stale: 'whyStale',
  other: 'whyOther',
} as const;
/** Why a way in has led back. */
export type Why = keyof typeof reasons;

/** In words, for the head of the page that one is led back to. */
export function whyText(signOn: Pick<SignOn, 'provider'>, { language, query }: Reader): string | undefined {
  const why = Object.keys(reasons).find((one): one is Why => one === query.get('why'));
  return why && signOnWords(language)(reasons[why], { name: providerName(signOn, language) });
}

/** The ways in beside the form of the password. @param back with language: where to go then */
export function SignOnChoices({ signOn, reader, back }: { signOn: SignOn; reader: Reader; back: string }): JSX.Element {
  const { language } = reader;
  const t = signOnWords(language);
  const query = new URLSearchParams({ back, language });
  return (
    <Section id="other-ways" title={t('otherWays')}>
      {signOn.provider && (
        <p>
          <a class="btn" href={`/login/oidc?${query}`} rel="nofollow">
            {t('withProvider', { name: providerName(signOn, language) })}
          </a>
        </p>
      )}
      <PasskeyButton signOn={signOn} reader={reader} back={back} />
    </Section>
  );
}
