import type { Translate } from '../../../ui/index.ts';
import type { RetentionKey } from './messages/index.ts';

const known = [
  'sessions',
  'access-log',
  'opening-reasons',
  'vault-unused',
  'accounts-disabled',
  'dead-letters',
  'journal',
  'uploads',
  'imports',
] as const;

/** What a kind is called. @param own by whoever registered it */
export function kindText(kind: string, t: Translate<RetentionKey>, own?: string): string {
  const found = known.find((id) => id === kind);
  return found === undefined ? (own ?? kind) : t(`kind_${found}`);
}

export const daysText = (days: number | null, t: Translate<RetentionKey>): string =>
  days === null ? t('forGood') : t('days', { n: days });
