import type { JSX } from 'preact';
import type { Reader } from '../../../../ui/index.ts';
import type { SignOn } from '../signOn.ts';
import { signOnWords } from './messages/index.ts';

/** What the island of passkeys makes work; without it, it says what is needed. Pages that have one name the island `passkeys`. */
export function PasskeyButton({ signOn, reader, back }: { signOn: SignOn; reader: Reader; back: string }): JSX.Element {
  const t = signOnWords(reader.language);
  if (signOn.passkeys.hindrance()) return <p class="note">{t('passkeyAddress')}</p>;
  return (
    <>
      <p>
        <button class="btn" type="button" id="passkey-sign-in" data-back={back} hidden>
          {t('withPasskey')}
        </button>
      </p>
      <PasskeyStatus reader={reader} />
    </>
  );
}

/** Where the island says how it goes; as long as there is none, what is needed for it. */
export function PasskeyStatus({ reader }: { reader: Reader }): JSX.Element {
  const t = signOnWords(reader.language);
  return (
    <p
      id="passkey-status"
      role="status"
      data-waits={t('passkeyWaits')}
      data-failed={t('passkeyFailed')}
      data-absent={t('passkeyNotHere')}
    >
      {t('passkeyNoScript')}
    </p>
  );
}
