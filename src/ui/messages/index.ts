import { catalogue } from '../catalogue.ts';
import { en } from './en.ts';
import { kk } from './kk.ts';
import { ru } from './ru.ts';
import { tg } from './tg.ts';
import { uz } from './uz.ts';

/** Words of the shell and the components. */
export const uiWords = catalogue({ tg, ru, uz, kk, en });
export type { UiKey } from './en.ts';
