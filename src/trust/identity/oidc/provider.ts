/**
 * OpenID Connect (Core 1.0): code flow with PKCE, state and nonce, by `openid-client`. Nothing is asked of the provider
 * before somebody wants to sign in with it.
 */
import * as oidc from 'openid-client';
import type { Clock } from '../../../base/clock.ts';
import { Problem } from '../../../base/problem.ts';
import { OutboundFailure, type Outbound } from '../../../http/index.ts';
import { nameIn, rolesOf } from './claims.ts';
import { outboundFetch } from './fetch.ts';
import type { OidcSettings } from './settings.ts';
import type { Role } from '../../schema.ts';

/** What has to be remembered between the way there and the way back. */
export type Begun = { readonly state: string; readonly nonce: string; readonly verifier: string };

/** Whom the provider vouches for. `subject` means something together with `issuer` only (Core 1.0, 5.7), which is written as `URL` does. */
export type Vouched = {
  readonly issuer: string;
  readonly subject: string;
  /** What the mapping says of the claims; absent: there is no mapping. */
  readonly roles?: readonly Role[];
  /** What the provider calls the person, where the scope `profile` was asked for. */
  readonly displayName?: string;
};

export type OidcProvider = {
  readonly settings: OidcSettings;
  /**
   * @param again the provider is to ask for the password although it knows who it is
   * @throws Problem unreachable: the provider is away, or is not what the settings say
   */
  begin(options?: { again?: boolean }): Promise<{ url: string; begun: Begun }>;
  /**
   * @param query of the request that came back
   * @throws Problem forbidden: what came back proves nothing; unreachable
   */
  finish(query: string, begun: Begun, options?: { again?: boolean }): Promise<Vouched>;
};

/** Its metadata is asked for again after so long: nobody is sent to a provider that is away. */
const metadataMs = 60_000;
/** A login that has to be new may be so old, in seconds. */
const againMaxAge = 120;

export const callbackPath = '/login/oidc/callback';

/** @param publicUrl where people reach this city, without a path */
export function oidcProvider(
  settings: OidcSettings,
  deps: { readonly outbound: Outbound; readonly clock: Clock; readonly publicUrl: () => string },
): OidcProvider {
  const { outbound, clock, publicUrl } = deps;
  const fetch = outboundFetch(outbound, settings);
  const redirectUri = (): string => publicUrl() + callbackPath;

  let found: { readonly configuration: oidc.Configuration; readonly until: number } | undefined;
  const configured = async (): Promise<oidc.Configuration> => {
    if (found && found.until > clock.now()) return found.configuration;
    const { issuer, clientId, clientSecret } = settings;
    const authentication = clientSecret === undefined ? oidc.None() : oidc.ClientSecretBasic(clientSecret);
    const configuration = await oidc.discovery(issuer, clientId, undefined, authentication, {
      [oidc.customFetch]: fetch,
      // The signature is looked at although TLS says who has sent it.
      execute: [oidc.enableNonRepudiationChecks, ...(issuer.protocol === 'http:' ? [oidc.allowInsecureRequests] : [])],
    });
    found = { configuration, until: clock.now() + metadataMs };
    return configuration;
  };

  return {
    settings,
    async begin({ again = false } = {}) {
      const configuration = await orAway(configured);
      const begun = {
        state: oidc.randomState(),
        nonce: oidc.randomNonce(),
        verifier: oidc.randomPKCECodeVerifier(),
      };
      const url = oidc.buildAuthorizationUrl(configuration, {
        redirect_uri: redirectUri(),
        scope: settings.scopes.join(' '),
        state: begun.state,
        nonce: begun.nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(begun.verifier),
        code_challenge_method: 'S256',
        ...(again && { prompt: 'login', max_age: '0' }),
      });
      return { url: url.href, begun };
    },
    async finish(query, { state, nonce, verifier }, { again = false } = {}) {
      const configuration = found?.configuration ?? (await orAway(configured));
      const tokens = await orRefused(() =>
        oidc.authorizationCodeGrant(configuration, new URL(`${redirectUri()}?${query}`), {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: verifier,
          idTokenExpected: true,
          ...(again && { maxAge: againMaxAge }),
        }),
      );
      const claims = tokens.claims();
      if (!claims) throw new Problem('forbidden', 'the provider gave no ID token');
      const roles = rolesOf(claims, settings);
      const displayName = nameIn(claims['name']);
      return {
        issuer: settings.issuer.href,
        subject: claims.sub,
        ...(roles && { roles }),
        ...(displayName !== undefined && { displayName }),
      };
    },
  };
}

async function orAway<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw awayOf(error) ?? new Problem('unreachable', `the provider is not what --oidc says: ${reasonOf(error)}`);
  }
}

async function orRefused<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw awayOf(error) ?? new Problem('forbidden', `what the provider sent proves nothing: ${reasonOf(error)}`);
  }
}

/** The failure of our own client, however deep the library has wrapped it. */
function awayOf(error: unknown): OutboundFailure | undefined {
  for (let at = error; at instanceof Error; at = at.cause) if (at instanceof OutboundFailure) return at;
  return undefined;
}

/** A code of the library's or of the protocol's (RFC 6749, 4.1.2.1), never what the provider wrote in words. */
function reasonOf(error: unknown): string {
  if (error instanceof oidc.ResponseBodyError || error instanceof oidc.AuthorizationResponseError) {
    return /^[a-z_]{1,40}$/.test(error.error) ? error.error : 'an error';
  }
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : 'it is not as the protocol wants it';
}
