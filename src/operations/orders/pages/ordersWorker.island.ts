/**
 * The service worker of `/console/orders`: what a crew has looked at is there without a network, for a day. Pages come from
 * the network whenever it answers; a page that leads to signing in empties what was kept. Nothing else of the site is touched.
 */
type Fetching = Event & { readonly request: Request; respondWith(answer: Promise<Response>): void };
type Lasting = Event & { waitUntil(work: Promise<unknown>): void };
type Worker = {
  readonly location: Location;
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(name: 'fetch', listener: (event: Fetching) => void): void;
  addEventListener(name: 'install' | 'activate', listener: (event: Lasting) => void): void;
};
const worker = globalThis as unknown as Worker;

const pages = 'orders-pages';
const assets = 'orders-assets';
const keptMs = 86_400_000;
/** A network that is there and answers nothing. */
const patienceMs = 8_000;

const isOrders = (path: string): boolean => /^\/[A-Za-z-]{2,7}\/console\/orders(?:\/|$)/.test(path);

worker.addEventListener('install', () => void worker.skipWaiting());
worker.addEventListener('activate', (event) => event.waitUntil(worker.clients.claim()));

worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== worker.location.origin) return;
  if (request.mode === 'navigate' && isOrders(url.pathname)) event.respondWith(page(request));
  else if (url.pathname.startsWith('/assets/')) event.respondWith(asset(request));
});

async function page(request: Request): Promise<Response> {
  const kept = await caches.open(pages);
  try {
    const answer = await Promise.race([fetch(request), silence()]);
    // Nobody is signed in any more, or somebody else.
    if (answer.type === 'opaqueredirect' || answer.status === 401 || answer.status === 403) await caches.delete(pages);
    else if (answer.ok) await kept.put(request, answer.clone());
    else if (answer.status === 404) await kept.delete(request);
    return answer;
  } catch (error) {
    const known = await kept.match(request, { ignoreVary: true });
    const at = Date.parse(known?.headers.get('date') ?? '');
    if (known && Date.now() - at < keptMs) return known;
    await kept.delete(request);
    throw error;
  }
}

/** A page that is asked for cannot be given a time limit of its own. */
const silence = (): Promise<never> =>
  new Promise((_resolve, reject) => {
    setTimeout(() => reject(new Error('no answer')), patienceMs);
  });

/** Their names change with what is in them. */
async function asset(request: Request): Promise<Response> {
  const kept = await caches.open(assets);
  const known = await kept.match(request);
  if (known) return known;
  const answer = await fetch(request);
  if (answer.ok) await kept.put(request, answer.clone());
  return answer;
}
