import { catalogue } from '../../../../ui/index.ts';
import type { Role } from '../../../schema.ts';
import { en } from './en.ts';
import { kk } from './kk.ts';
import { ru } from './ru.ts';
import { tg } from './tg.ts';
import { uz } from './uz.ts';

export const identityWords = catalogue({ tg, ru, uz, kk, en });
export type { IdentityKey } from './en.ts';

/** A role in the reader's language. */
export const roleName = (language: string, role: Role): string => identityWords(language)(`role_${role}`);
