import { catalogue } from '../../../../ui/index.ts';
import { en } from './en.ts';
import { kk } from './kk.ts';
import { ru } from './ru.ts';
import { tg } from './tg.ts';
import { uz } from './uz.ts';

export const acceptanceWords = catalogue({ tg, ru, uz, kk, en });
export type { AcceptanceKey } from './en.ts';
