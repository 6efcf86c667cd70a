import type { JSX } from 'preact';
import { formatTime, type Reader } from '../../../ui/index.ts';
import { orderWords } from './messages/index.ts';

/** What waits on this phone; the island fills it and needs these words for it. Without a script there is nothing to say. */
export function Outbox({ reader, timeZone }: { reader: Reader; timeZone: string }): JSX.Element {
  const { language, now, who } = reader;
  const t = orderWords(language);
  return (
    <section
      id="outbox"
      class="outbox noprint"
      role="status"
      aria-label={t('outbox')}
      hidden
      data-who={who.id}
      data-language={language}
      data-offline={t('outbox.offline', { time: formatTime(now, language, timeZone) })}
      data-waiting={t('outbox.waiting')}
      data-stay={t('outbox.stay')}
      data-refused={t('outbox.refused')}
      data-conflict={t('outbox.conflict')}
      data-gone={t('outbox.gone')}
      data-wrong={t('outbox.wrong')}
      data-as-note={t('outbox.asNote')}
      data-put-away={t('outbox.putAway')}
      data-others={t('outbox.others')}
      data-sign-in={t('outbox.signIn')}
      data-unreadable={t('outbox.unreadable')}
    />
  );
}
