/**
 * Collations as RFC 6067 names them: BCP 47 with the extension `-u-`. CIM 009 v1.9.1, 4.23.3. ICU does the work, through
 * `Intl.Collator`; it takes the tailoring from the language and `co`, `kn`, `kf` from the tag, the rest is set here.
 */
import { Problem } from '../base/problem.ts';

type Compare = (a: string, b: string) => number;

const strengths: Readonly<Record<string, Intl.CollatorOptions['sensitivity']>> = {
  level1: 'base',
  level2: 'accent',
  level3: 'variant',
  level4: 'variant',
  identic: 'variant',
};
const known = ['co', 'ka', 'kc', 'kf', 'kn', 'ks'];
/** CLDR has no tailoring of its own for English: it is the root collation, on every machine. */
const root = 'en';
const made = new Map<string, Compare>();

/**
 * @param tag `und-u-ks-level1`, `de-u-co-phonebk`, `tg`; absent: the root collation (`und-x-icu`)
 * @throws Problem bad-data, field `collation`
 */
export function collatorOf(tag = 'und'): Compare {
  const key = tag.toLowerCase();
  const found = made.get(key);
  if (found) return found;
  const compare = make(key);
  if (made.size >= 100) made.clear();
  made.set(key, compare);
  return compare;
}

function make(tag: string): Compare {
  const fail = (detail: string): never => {
    throw new Problem('bad-data', detail, 'collation');
  };
  if (tag.length > 100) return fail('the collation is too long');
  let name: string;
  try {
    name = new Intl.Locale(tag).baseName;
  } catch {
    return fail(`"${tag}" is no collation like und-u-ks-level1 (RFC 6067)`);
  }
  const keys = keysOf(tag);
  for (const key of keys.keys()) {
    if (!known.includes(key)) fail(`the setting "${key}" is not known; there are ${known.join(', ')}`);
  }
  const { ks = 'level3', kc = 'false', ka = 'noignore', co } = Object.fromEntries(keys);
  const sensitivity = strengths[ks] ?? fail('ks is level1, level2, level3, level4 or identic');
  const flags = ['', 'true', 'false'];
  if (!flags.includes(kc)) fail('kc is true or false');
  if (!['', 'noignore', 'shifted'].includes(ka)) fail('ka is noignore or shifted');
  const cased = kc !== 'false' && (sensitivity === 'base' ? 'case' : 'variant');
  const language = isTailored(name) ? name : root;
  const collator = new Intl.Collator(`${language}${extensionOf(keys)}`, {
    sensitivity: cased === false ? sensitivity : cased,
    ignorePunctuation: ka === 'shifted',
  });
  if (co !== undefined && co !== 'standard' && collator.resolvedOptions().collation !== co) {
    fail(`the language has no collation "${co}"`);
  }
  if (ks !== 'identic') return collator.compare;
  return (a, b) => collator.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0);
}

/** False for `und` and for languages that ICU does not know: where it would fall back to the machine's language. */
function isTailored(name: string): boolean {
  return name.split('-', 1)[0] !== 'und' && Intl.Collator.supportedLocalesOf([name]).length > 0;
}

/** The keys of the extension `-u-` with their values. */
function keysOf(tag: string): ReadonlyMap<string, string> {
  const keys = new Map<string, string>();
  const [, extension = ''] = tag.split(/-x-/, 1)[0]?.split('-u-') ?? [];
  let key = '';
  for (const part of extension.split('-')) {
    // Another extension begins with a single letter.
    if (part.length === 1) break;
    if (part.length === 2) keys.set((key = part), '');
    else if (key !== '') keys.set(key, [keys.get(key), part].filter(Boolean).join('-'));
  }
  return keys;
}

function extensionOf(keys: ReadonlyMap<string, string>): string {
  const own = ['co', 'kf', 'kn'].flatMap((name) => {
    const value = keys.get(name);
    return value === undefined ? [] : value === '' ? [name] : [`${name}-${value}`];
  });
  return own.length > 0 ? `-u-${own.join('-')}` : '';
}
