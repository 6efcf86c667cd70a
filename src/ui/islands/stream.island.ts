/**
 * One EventSource per browser: HTTP/1.1 allows six connections to a server, and every tab with its own would use them
 * up. The tab that holds the lock listens and tells the others; when it closes, the next one takes over.
 */

/** What the server says about one entity that changed; `name`, `type` and `text` are in the language of the stream. */
export type LiveChange = {
  readonly seq: number;
  /** Milliseconds since 1970 UTC. */
  readonly at: number;
  readonly id: string;
  readonly type: string;
  readonly name: string;
  /** Empty when there is nothing to say but a new position. */
  readonly text: string;
  /** Lines with the same key take each other's place in a list. */
  readonly key: string;
  /** [long, lat] when the entity has moved. */
  readonly location?: readonly [number, number];
};

export type LiveState = 'connected' | 'lost';
type Message = { readonly change: LiveChange } | { readonly state: LiveState };
type Listener = { onChange?: (change: LiveChange) => void; onState?: (state: LiveState) => void };

/** Short breaks are not worth a word: a reload of the server takes a second or two. */
const patienceMs = 4000;

const streams = new Map<string, Set<Listener>>();

/** Follows a stream of changes; listeners of one page share it, and so do all pages of the browser. */
export function listen(url: string, listener: Listener): void {
  const known = streams.get(url);
  if (known) {
    known.add(listener);
    return;
  }
  const listeners = new Set([listener]);
  streams.set(url, listeners);
  let lastSeq = 0;
  const deliver = (message: Message): void => {
    if ('change' in message) {
      if (message.change.seq < lastSeq) return;
      lastSeq = message.change.seq;
    }
    for (const { onChange, onState } of listeners) {
      if ('change' in message) onChange?.(message.change);
      else onState?.(message.state);
    }
  };
  const channel = new BroadcastChannel(`chorsu ${url}`);
  channel.addEventListener('message', (event: MessageEvent<Message>) => deliver(event.data));
  const tell = (message: Message): void => {
    deliver(message);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a BroadcastChannel has no target
    channel.postMessage(message);
  };
  // Without locks (a page on plain http that is not loopback) every tab listens for itself.
  if (!navigator.locks) void open(url, () => lastSeq, deliver);
  else void navigator.locks.request(`chorsu ${url}`, () => open(url, () => lastSeq, tell));
}

/** Never resolves: who holds the lock holds it until the page goes. */
function open(url: string, lastSeq: () => number, tell: (message: Message) => void): Promise<never> {
  const from = lastSeq();
  const address = from > 0 ? `${url}${url.includes('?') ? '&' : '?'}after=${from}` : url;
  let source = new EventSource(address);
  let lost: ReturnType<typeof setTimeout> | undefined;
  const attach = (): void => {
    source.addEventListener('change', (event: MessageEvent<string>) => {
      tell({ change: JSON.parse(event.data) as LiveChange });
    });
    source.addEventListener('open', () => {
      clearTimeout(lost);
      lost = undefined;
      tell({ state: 'connected' });
    });
    source.addEventListener('error', () => {
      lost ??= setTimeout(() => tell({ state: 'lost' }), patienceMs);
      // The browser gives up after an answer that is no stream (a proxy's error page): begin again ourselves.
      if (source.readyState === EventSource.CLOSED) {
        setTimeout(() => {
          const seq = lastSeq();
          source = new EventSource(seq > 0 ? `${url}${url.includes('?') ? '&' : '?'}after=${seq}` : url);
          attach();
        }, patienceMs);
      }
    });
  };
  attach();
  return new Promise<never>(() => {});
}
