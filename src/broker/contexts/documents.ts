/** Where @context documents come from: this server's own, the library, and what was downloaded. */
import { createHash } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import type { NewId } from '../../base/ids.ts';
import { Problem } from '../../base/problem.ts';
import type { Validators } from '../../http/index.ts';
import type { ContextDocument } from '../../ngsild/index.ts';
import type { Downloads } from './downloads.ts';
import type { Library } from './library.ts';
import type { ContextKind, Shelf, Shelved } from './shelf.ts';

/** One @context that is known here. Counted since the program started. */
export type Entry = Readonly<Pick<Shelved, 'id' | 'kind' | 'url'>> & {
  createdAt: number;
  expiresAt?: number;
  validators: Validators;
  digest: string;
  size: number;
  /** Times it was found here, by a request that uses it or asks for it. */
  hits: number;
  usedAt?: number;
  /** From the library: it has no row. */
  readonly bundled?: true;
};

export type Found = { readonly entry: Entry; readonly document: ContextDocument };

export type Documents = {
  /** The document of a URL. @throws Problem context-unavailable */
  load(url: string): Promise<Found>;
  read(entry: Entry): Promise<ContextDocument>;
  /** Oldest first. */
  list(): readonly Entry[];
  /** By local identifier, or the URL of a Cached one. */
  find(name: string): Entry | undefined;
  /** Keeps a document of our own. An ImplicitlyCreated one is kept once. */
  put(kind: Exclude<ContextKind, 'Cached'>, document: ContextDocument): Promise<Entry>;
  remove(entry: Entry): Promise<void>;
  /**
   * Asks for a Cached one again, fresh or not.
   * @param check throws a Problem about a document that must not take the place of the old one
   * @throws Problem context-unavailable: then the old one stays
   */
  reload(entry: Entry, check: (document: ContextDocument) => void): Promise<void>;
  count(entry: Entry): void;
};

const ownPath = /\/ngsi-ld\/v1\/jsonldContexts\/([^/?#]+)$/;
/** Of what was downloaded: those that were not used for longest leave. */
const cachedMax = { items: 1000, characters: 64 * 2 ** 20 };

/** @param onChange called when a URL no longer stands for the document that it stood for */
export async function openDocuments(
  deps: { library: Library; shelf: Shelf; downloads: Downloads; clock: Clock; newId: NewId },
  onChange: () => void,
): Promise<Documents> {
  const { library, shelf, downloads, clock, newId } = deps;
  const byId = new Map<string, Entry>();
  const byUrl = new Map<string, Entry>();
  const implicit = new Map<string, Entry | Promise<Entry>>();
  const note = (entry: Entry): Entry => {
    byId.set(entry.id, entry);
    if (entry.url !== undefined) byUrl.set(entry.url, entry);
    if (entry.kind === 'ImplicitlyCreated') implicit.set(entry.digest, entry);
    return entry;
  };
  const forget = (entry: Entry): void => {
    byId.delete(entry.id);
    if (entry.url !== undefined && byUrl.get(entry.url) === entry) byUrl.delete(entry.url);
    if (entry.kind === 'ImplicitlyCreated') implicit.delete(entry.digest);
  };
  for (const shelved of await shelf.list()) note({ ...shelved, hits: 0 });

  const make = (kind: ContextKind, text: string, more: Partial<Entry> = {}): Entry => ({
    id: `urn:ngsi-ld:jsonldContext:${newId()}`,
    kind,
    createdAt: clock.now(),
    validators: {},
    digest: digestOf(text),
    size: text.length,
    hits: 0,
    ...more,
  });

  const bundled = (url: string): Found | undefined => {
    const document = library.find(url);
    if (!document) return undefined;
    const known = byUrl.get(url);
    // What was downloaded before the URL was pinned stays on the shelf, unseen.
    return { document, entry: known?.bundled ? known : note(make('Cached', '', { url, bundled: true })) };
  };

  /** The downloaded ones that have to leave for one of this size. */
  const leaving = (size: number, stays: Entry | undefined): Entry[] => {
    const cached = [...byId.values()].filter((one) => one.kind === 'Cached' && !one.bundled && one !== stays);
    cached.sort((a, b) => (a.usedAt ?? a.createdAt) - (b.usedAt ?? b.createdAt));
    let items = cached.length + 1;
    let characters = cached.reduce((sum, one) => sum + one.size, size);
    const gone: Entry[] = [];
    for (const one of cached) {
      if (items <= cachedMax.items && characters <= cachedMax.characters) break;
      items--;
      characters -= one.size;
      gone.push(one);
    }
    return gone;
  };

  const remove = async (entry: Entry): Promise<void> => {
    if (!entry.bundled) await shelf.remove(entry.id);
    forget(entry);
    onChange();
  };

  const download = async (
    url: string,
    known: Entry | undefined,
    check?: (document: ContextDocument) => void,
  ): Promise<Found> => {
    // Whoever wants it again wants it whole, and at once.
    const answer = await downloads.get(url, check ? {} : known?.validators, check !== undefined);
    const { keep, until, validators } = answer;
    const document = answer.document ?? (known && (await shelf.read(known.id)));
    if (!document) throw new Problem('context-unavailable', `the @context ${url} was sent without a document`);
    check?.(document);
    const text = JSON.stringify(document);
    const fresh = { expiresAt: until, validators, digest: digestOf(text), size: text.length };
    if (!keep) {
      if (known) await remove(known);
      return { document, entry: make('Cached', text, { ...fresh, url }) };
    }
    // When to ask again for what has not changed is not worth a record.
    if (known?.digest === fresh.digest && !check) return { document, entry: Object.assign(known, fresh) };
    const next = { ...(known ?? make('Cached', text, { url })), ...fresh, createdAt: clock.now() };
    const gone = leaving(text.length, known);
    await shelf.put(next, text, gone);
    for (const one of gone) forget(one);
    if (!known) return { document, entry: note(next) };
    onChange();
    return { document, entry: Object.assign(known, next) };
  };
  /** Requests that name the same URL wait for the same answer. */
  const asking = new Map<string, Promise<Found>>();
  const downloadOnce = (url: string, known: Entry | undefined): Promise<Found> => {
    const before = asking.get(url);
    if (before) return before;
    const found = download(url, known).finally(() => asking.delete(url));
    asking.set(url, found);
    return found;
  };

  const read: Documents['read'] = async (entry) =>
    (entry.bundled && library.find(entry.url ?? '')) || shelf.read(entry.id);

  return {
    async load(url) {
      const own = byId.get(ownId(url) ?? '');
      if (own && own.kind !== 'Cached') return { entry: own, document: await read(own) };
      const here = bundled(url);
      if (here) return here;
      const known = byUrl.get(url);
      if (!known) return downloadOnce(url, undefined);
      if ((known.expiresAt ?? Infinity) > clock.now()) return { entry: known, document: await read(known) };
      try {
        return await downloadOnce(url, known);
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        return { entry: known, document: await read(known) };
      }
    },
    read,
    list: () => [...byId.values()].sort((a, b) => a.createdAt - b.createdAt),
    find: (name) => byId.get(name) ?? byUrl.get(name) ?? bundled(name)?.entry,
    async put(kind, document) {
      const text = JSON.stringify(document);
      const entry = make(kind, text);
      const known = kind === 'ImplicitlyCreated' ? implicit.get(entry.digest) : undefined;
      if (known) return known;
      const kept = shelf.put(entry, text).then(() => note(entry));
      if (kind === 'ImplicitlyCreated') {
        implicit.set(entry.digest, kept);
        kept.catch(() => implicit.delete(entry.digest));
      }
      return kept;
    },
    remove,
    async reload(entry, check) {
      if (!entry.bundled) await download(entry.url ?? '', entry, check);
      else library.reread(entry.url ?? '');
      onChange();
    },
    count(entry) {
      entry.hits++;
      entry.usedAt = clock.now();
    },
  };
}

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');

function ownId(url: string): string | undefined {
  const id = ownPath.exec(url)?.[1];
  try {
    return id === undefined ? undefined : decodeURIComponent(id);
  } catch {
    return undefined;
  }
}
