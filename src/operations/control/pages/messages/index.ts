import { catalogue } from '../../../../ui/index.ts';
import { en } from './en.ts';
import { kk } from './kk.ts';
import { ru } from './ru.ts';
import { tg } from './tg.ts';
import { uz } from './uz.ts';

export const controlWords = catalogue({ tg, ru, uz, kk, en });
export type { ControlKey } from './en.ts';
