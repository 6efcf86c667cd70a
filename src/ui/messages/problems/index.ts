import { catalogue } from '../../catalogue.ts';
import { en } from './en.ts';
import { kk } from './kk.ts';
import { ru } from './ru.ts';
import { tg } from './tg.ts';
import { uz } from './uz.ts';

/** What every kind of problem says to a reader; the API's `detail` stays English. */
export const problemWords = catalogue({ tg, ru, uz, kk, en });
