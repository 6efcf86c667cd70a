/** Cookies of a browser that has signed in, or is about to. */
import { csrfOf, type NewSecret } from './secret.ts';

export type Cookies = {
  /** The secret of the session that a request's cookies name. */
  readonly sessionIn: (sent: string | undefined) => string | undefined;
  /** Values of Set-Cookie. */
  readonly session: (secret: string) => string;
  readonly noSession: string;
  /**
   * Before there is a session, a form proves that a page of ours sent it by saying what a cookie says (double submit).
   * @param sent the request's cookies
   */
  readonly before: (sent: string | undefined) => { readonly token: string; readonly setCookie?: string };
  /** What a form has to say; undefined: the browser has no such cookie. */
  readonly expected: (sent: string | undefined) => string | undefined;
};

/** @param secure people reach this city by https: cookies go nowhere else, and no other host can set them (RFC 6265bis, 4.1.3.2) */
export function openCookies({ secure, newSecret }: { secure: boolean; newSecret: NewSecret }): Cookies {
  const prefix = secure ? '__Host-' : '';
  const rules = `Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
  const sessionName = `${prefix}session`;
  const beforeName = `${prefix}before`;
  const [session, before] = [sessionName, beforeName].map(
    (name) => new RegExp(`(?:^|;\\s*)${name}=([A-Za-z0-9_-]{43})(?:;|$)`),
  );
  const secretBefore = (sent = ''): string | undefined => before?.exec(sent)?.[1];
  return {
    sessionIn: (sent) => (sent === undefined ? undefined : session?.exec(sent)?.[1]),
    session: (secret) => `${sessionName}=${secret}; ${rules}`,
    noSession: `${sessionName}=; Max-Age=0; ${rules}`,
    before(sent) {
      const known = secretBefore(sent);
      if (known !== undefined) return { token: csrfOf(known) };
      const secret = newSecret();
      return { token: csrfOf(secret), setCookie: `${beforeName}=${secret}; ${rules}` };
    },
    expected(sent) {
      const secret = secretBefore(sent);
      return secret === undefined ? undefined : csrfOf(secret);
    },
  };
}

/** The family of a browser, and nothing that tells one from another of its family. */
export function browserOf(userAgent: string | undefined): string {
  const families: readonly (readonly [RegExp, string])[] = [
    [/YaBrowser\//, 'Yandex'],
    [/Edg(?:e|A|iOS)?\//, 'Edge'],
    [/OPR\/|Opera/, 'Opera'],
    [/SamsungBrowser\//, 'Samsung'],
    [/Firefox\/|FxiOS\//, 'Firefox'],
    [/Chrome\/|CriOS\/|Chromium\//, 'Chrome'],
    [/Safari\//, 'Safari'],
  ];
  return families.find(([is]) => is.test(userAgent ?? ''))?.[1] ?? '';
}
