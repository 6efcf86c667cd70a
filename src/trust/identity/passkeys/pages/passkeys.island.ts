/**
 * Passkeys in the browser, on `navigator.credentials` alone: `#passkey-sign-in` opens a session, `#passkey-add` adds one.
 * Both are hidden until this runs.
 */
type Options = {
  readonly challenge: string;
  readonly user?: { readonly id: string };
  readonly excludeCredentials?: readonly { readonly id: string }[];
  readonly allowCredentials?: readonly { readonly id: string }[];
};

const status = document.querySelector<HTMLElement>('#passkey-status');
const say = (text: string | undefined): void => {
  if (status) status.textContent = text ?? '';
};

/** Base64url, as the server writes bytes into JSON. */
function toBytes(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
}
function toText(bytes: ArrayBuffer | null): string | undefined {
  if (!bytes) return undefined;
  let plain = '';
  for (const byte of new Uint8Array(bytes)) plain += String.fromCharCode(byte);
  return btoa(plain).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}
const listed = (
  ids: readonly { readonly id: string }[] | undefined,
): { publicKey?: never } & { type: 'public-key'; id: Uint8Array<ArrayBuffer> }[] =>
  (ids ?? []).map(({ id }) => ({ type: 'public-key' as const, id: toBytes(id) }));

async function ask(path: string, body: object): Promise<unknown> {
  const answer = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify(body),
  });
  if (answer.status === 401 && form?.dataset['again'] !== undefined) {
    location.assign(`${form.dataset['again']}?back=${encodeURIComponent(location.pathname)}`);
    // The page is left: nothing is to be said any more.
    return new Promise(() => {});
  }
  if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
  return answer.json();
}

/** What every answer of an authenticator has in common. */
const common = ({ id, rawId, type }: PublicKeyCredential): object => ({
  id,
  rawId: toText(rawId),
  type,
  clientExtensionResults: {},
});

async function signIn(back: string): Promise<void> {
  const options = (await ask('/login/passkey/options', {})) as Options;
  const publicKey = {
    ...options,
    challenge: toBytes(options.challenge),
    allowCredentials: listed(options.allowCredentials),
  } as PublicKeyCredentialRequestOptions;
  const given = await navigator.credentials.get({ publicKey });
  if (!(given instanceof PublicKeyCredential)) throw new Error('no passkey was given');
  const inner = given.response as AuthenticatorAssertionResponse;
  const response = {
    ...common(given),
    response: {
      clientDataJSON: toText(inner.clientDataJSON),
      authenticatorData: toText(inner.authenticatorData),
      signature: toText(inner.signature),
      userHandle: toText(inner.userHandle),
    },
  };
  const { to } = (await ask('/login/passkey', { response, back })) as { to: string };
  location.assign(to);
}

async function add(label: string): Promise<void> {
  const options = (await ask('/account/passkeys/options', {})) as Options;
  const publicKey = {
    ...options,
    challenge: toBytes(options.challenge),
    user: { ...options.user, id: toBytes(options.user?.id ?? '') },
    excludeCredentials: listed(options.excludeCredentials),
  } as unknown as PublicKeyCredentialCreationOptions;
  const made = await navigator.credentials.create({ publicKey });
  if (!(made instanceof PublicKeyCredential)) throw new Error('no passkey was made');
  const inner = made.response as AuthenticatorAttestationResponse;
  const response = {
    ...common(made),
    response: {
      clientDataJSON: toText(inner.clientDataJSON),
      attestationObject: toText(inner.attestationObject),
    },
  };
  await ask('/account/passkeys', { response, label });
  location.reload();
}

async function run(work: () => Promise<void>): Promise<void> {
  say(status?.dataset['waits']);
  try {
    await work();
    say('');
  } catch {
    say(status?.dataset['failed']);
  }
}

const button = document.querySelector<HTMLButtonElement>('#passkey-sign-in');
const form = document.querySelector<HTMLFormElement>('#passkey-add');
if (typeof PublicKeyCredential === 'undefined') {
  say(status?.dataset['absent']);
} else {
  say('');
  if (button) {
    button.hidden = false;
    button.addEventListener('click', () => void run(() => signIn(button.dataset['back'] ?? '/')));
  }
  if (form) {
    form.hidden = false;
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const label = form.elements.namedItem('label');
      void run(() => add(label instanceof HTMLInputElement ? label.value : ''));
    });
  }
}
