import type { NavigationEntry } from '../../../ui/index.ts';
import { retentionWords } from './messages/index.ts';

/** For the foot of every page. */
export const retentionLink = (language: string): NavigationEntry => ({
  href: '/retention',
  text: retentionWords(language)('title'),
});
