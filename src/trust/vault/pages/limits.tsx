import type { JSX } from 'preact';
import { Links, Rows, Section, type Reader, type Translate } from '../../../ui/index.ts';
import type { VaultKey } from './messages/index.ts';

/** What a vault cannot prevent, in plain words (privacy.md, 10), and who appoints both persons. */
export function Limits({ t, to }: { t: Translate<VaultKey>; to: Reader['to'] }): JSX.Element {
  return (
    <Section id="limits" title={t('limits')} note={t('limitsNote')}>
      <Rows items={[t('limitServer'), t('limitTwo'), t('limitAppoints'), t('limitCopies'), t('limitSelf')]} />
      <Links items={[{ href: to('/vault/counts'), text: t('countsTitle') }]} />
    </Section>
  );
}
