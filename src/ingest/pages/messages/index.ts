import { catalogue } from '../../../ui/index.ts';
import { en, type IngestKey } from './en.ts';
import { kk } from './kk.ts';
import { ru } from './ru.ts';
import { tg } from './tg.ts';
import { uz } from './uz.ts';

export const ingestWords = catalogue({ tg, ru, uz, kk, en });
export type { IngestKey } from './en.ts';

/** Why something was refused. @param reason one of `refusals` */
export const reasonWord = (reason: string, language: string): string =>
  ingestWords(language)(`reason_${reason}` as IngestKey);
