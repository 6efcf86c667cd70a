import type { JSX } from 'preact';
import { Problem } from '../../../base/problem.ts';
import { TextField, type Translate } from '../../../ui/index.ts';
import { first, passwordLength, type Fields } from './desk.ts';
import type { IdentityKey } from './messages/index.ts';

/** Which field has which sentence wrong with it. */
export type WrongFields = Readonly<Record<string, string>>;

/** A new password, typed twice; whoever keeps it in a browser is told the name that it belongs to. */
export function NewPassword({
  t,
  name,
  wrong,
}: {
  t: Translate<IdentityKey>;
  name: string;
  wrong: WrongFields;
}): JSX.Element {
  return (
    <>
      <input type="text" name="username" value={name} autocomplete="username" hidden readonly />
      <TextField
        id="password"
        name="password"
        label={t('newPassword')}
        help={t('passwordHelp', passwordLength)}
        secret
        autoComplete="new-password"
        {...(wrong['password'] !== undefined && { wrong: wrong['password'] })}
      />
      <TextField
        id="again"
        name="again"
        label={t('again')}
        secret
        autoComplete="new-password"
        {...(wrong['again'] !== undefined && { wrong: wrong['again'] })}
      />
    </>
  );
}

/**
 * Does it with the new password of a form.
 * @returns what is wrong with its fields; undefined: it is done
 * @throws Problem of any other kind
 */
export async function withNewPassword(
  t: Translate<IdentityKey>,
  fields: Fields,
  act: (password: string) => Promise<void>,
): Promise<WrongFields | undefined> {
  const password = first(fields, 'password');
  if (password !== first(fields, 'again')) return { again: t('passwordDiffers') };
  try {
    await act(password);
    return undefined;
  } catch (error) {
    if (error instanceof Problem && error.field === 'password') return { password: t('passwordPoor', passwordLength) };
    throw error;
  }
}

export const errorItems = (wrong: WrongFields): { id: string; text: string }[] =>
  Object.entries(wrong).map(([id, text]) => ({ id, text }));
