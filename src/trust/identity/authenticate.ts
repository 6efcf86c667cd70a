import { Problem } from '../../base/problem.ts';
import { anonymousPrincipal, type Authenticate, type Principal } from '../../http/index.ts';
import type { Cookies } from './cookies.ts';
import type { Credentials } from './credentials.ts';
import type { Sessions } from './sessions.ts';

/** `chorsu_ID_SECRET`. */
const bearer = /^Bearer +chorsu_([0-9A-Za-z]+)_([A-Za-z0-9_-]{43})$/i;
const basic = /^Basic +([A-Za-z0-9+/=]+)$/i;

/**
 * Keys, devices and sessions. Whoever sends `Authorization` is nobody else by a cookie.
 * @throws Problem unauthorized: `Authorization` is there and proves nothing
 */
export function authenticator({
  credentials,
  sessions,
  cookies,
}: {
  credentials: Credentials;
  sessions: Sessions;
  cookies: Cookies;
}): Authenticate {
  return ({ authorization, cookie }, quietly = false) => {
    if (authorization !== undefined) return byAuthorization(credentials, authorization);
    const secret = cookies.sessionIn(cookie);
    return (secret === undefined ? undefined : sessions.find(secret, quietly)) ?? anonymousPrincipal;
  };
}

function byAuthorization(credentials: Credentials, authorization: string): Principal {
  const [, id = '', secret = ''] = bearer.exec(authorization) ?? pair(authorization) ?? [];
  const who = credentials.find(id, secret);
  if (!who)
    throw new Problem('unauthorized', 'this key is not known here, was revoked, or has expired', 'Authorization');
  return who;
}

/** RFC 7617; what is not a device has no password here. */
function pair(authorization: string): RegExpExecArray | null {
  const encoded = basic.exec(authorization)?.[1];
  if (encoded === undefined) return null;
  return /^([0-9A-Za-z]+):([A-Za-z0-9_-]{43})$/.exec(Buffer.from(encoded, 'base64').toString());
}
