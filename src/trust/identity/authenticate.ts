import { Problem } from '../../base/problem.ts';
import { anonymousPrincipal, type Authenticate, type Principal } from '../../http/index.ts';
import type { Cookies } from './cookies.ts';
import type { Credentials } from './credentials.ts';
import type { Sessions } from './sessions.ts';

/** `chorsu_ID_SECRET`. */
const bearer = /^Bearer +chorsu_([0-9A-Za-z]+)_([A-Za-z0-9_-]{43})$/i;
const usual = 'Bearer chorsu_';
const secretLength = 43;
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
  const who = ofUsual(credentials, authorization) ?? ofAny(credentials, authorization);
  if (!who)
    throw new Problem('unauthorized', 'this key is not known here, was revoked, or has expired', 'Authorization');
  return who;
}

/** As keys are written everywhere: asked for every reading, and cut without a search. */
function ofUsual(credentials: Credentials, authorization: string): Principal | undefined {
  const end = authorization.length - secretLength;
  const isUsual = authorization.startsWith(usual) && end > usual.length && authorization[end - 1] === '_';
  return isUsual ? credentials.find(authorization.slice(usual.length, end - 1), authorization.slice(end)) : undefined;
}

function ofAny(credentials: Credentials, authorization: string): Principal | undefined {
  const [, id = '', secret = ''] = bearer.exec(authorization) ?? pair(authorization) ?? [];
  return credentials.find(id, secret);
}

/** RFC 7617; what is not a device has no password here. */
function pair(authorization: string): RegExpExecArray | null {
  const encoded = basic.exec(authorization)?.[1];
  if (encoded === undefined) return null;
  return /^([0-9A-Za-z]+):([A-Za-z0-9_-]{43})$/.exec(Buffer.from(encoded, 'base64').toString());
}
