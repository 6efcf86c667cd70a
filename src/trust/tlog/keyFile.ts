/** The file that holds a private key: made once, readable by its owner alone. */
import { keptText } from '../keptFile.ts';
import { newPrivateKey, openSigner, type Signer } from './keys.ts';

/**
 * The signer whose key stands in the file; a file that is not there is made.
 * @param made what a new key is for
 * @throws Problem bad-data when the file holds no key
 */
export async function openKeptSigner(
  path: string,
  made: { readonly name: string; readonly type: number },
): Promise<Signer> {
  return openSigner(await keptText(path, () => `${newPrivateKey(made.name, made.type)}\n`));
}
