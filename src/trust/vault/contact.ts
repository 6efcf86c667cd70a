/** How a person wants to be reached; of an account it stands in the vault and nowhere else. */
import { isObject, parseJson } from '../../base/json.ts';
import { Problem } from '../../base/problem.ts';
import { normalized } from '../../base/words.ts';
import type { Records } from './records.ts';

export type Contact = { readonly email?: string; readonly phone?: string };

const phonePattern = /^\+?\d[\d ()-]{4,30}\d$/;
const emailPattern = /^[^\s@]{1,64}@[^\s@.]+(\.[^\s@.]+)+$/;

/** @throws Problem bad-data (field) */
export function parseContact(given: { readonly email?: unknown; readonly phone?: unknown }): Contact {
  const email = textOf(given.email);
  const phone = textOf(given.phone);
  if (email.length > 254 || (email !== '' && !emailPattern.test(email)))
    throw new Problem('bad-data', 'an e-mail address looks like name@example.org', 'email');
  if (phone !== '' && !phonePattern.test(phone))
    throw new Problem('bad-data', 'a telephone number has 6 to 32 digits, with + before the country', 'phone');
  return { ...(email !== '' && { email }), ...(phone !== '' && { phone }) };
}

const textOf = (value: unknown): string => (typeof value === 'string' ? normalized(value, 'NFKC') : '');

export function contactOf(records: Pick<Records, 'of'>, subject: string): Contact | undefined {
  const [record] = records.of(subject, 'contact');
  return record && readContact(record.bytes);
}

export function readContact(bytes: Uint8Array): Contact {
  const value = parseJson(bytes);
  return parseContact(isObject(value) ? value : {});
}

/** Of who is signed in: one's own record needs no opening. An empty one goes. */
export function setContact(records: Records, subject: string, contact: Contact): void {
  const [known] = records.of(subject, 'contact');
  const isEmpty = contact.email === undefined && contact.phone === undefined;
  const bytes = Buffer.from(JSON.stringify(contact));
  if (isEmpty) {
    if (known) records.remove(known.id, subject);
  } else if (known) {
    if (!bytes.equals(known.bytes)) records.replace(known.id, bytes, subject);
  } else records.put({ subject, kind: 'contact', bytes, by: subject });
}
