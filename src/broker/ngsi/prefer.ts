import { currentVersion } from '../../ngsild/index.ts';
import type { Call } from './call.ts';

/** What the header Prefer asks for (RFC 7240); what is not known there is passed over, as the RFC wants. */
export type Preferences = {
  /** `body=json`: GeoJSON without @context (6.3.6). */
  readonly plainBody: boolean;
  /** `ngsi-ld=1.6`: the minor version to answer in (4.3.6.8), never above ours. */
  readonly version?: number;
};

export function preferencesOf(call: Call): Preferences {
  const header = call.headers['prefer'];
  const asked = (Array.isArray(header) ? header.join(',') : (header ?? '')).split(/[,;]/).map((part) => {
    const [name = '', value = ''] = part.split('=');
    return [name.trim().toLowerCase(), value.trim().replaceAll('"', '')] as const;
  });
  const first = (name: string): string | undefined => asked.find(([known]) => known === name)?.[1];
  const minor = /^1\.(\d{1,3})$/.exec(first('ngsi-ld') ?? '')?.[1];
  return {
    plainBody: first('body') === 'json',
    ...(minor !== undefined && { version: Math.min(Number(minor), currentVersion) }),
  };
}
