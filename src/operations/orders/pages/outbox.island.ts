/**
 * What a crew did and the city does not know yet. It survives a closed tab, so it is kept in IndexedDB: the one exception from
 * "nothing in the storage of a browser" (docs/decisions/0038). Only acts that wait, each until it is taken or put away by
 * the crew; signing out empties it.
 */

/** An act on its way. Its id is made here: sent twice, it is done once. */
export type Waiting = {
  /** Its place in the order in which things were done. */
  readonly n?: number;
  readonly act: string;
  /** Opaque id of the account that did it: no other one sends it. */
  readonly who: string;
  readonly order: string;
  /** The last handling step that was known when it was done. */
  readonly seen: number;
  /** ISO 8601, by the phone's clock. */
  readonly doneAt: string;
  /** As the button said it. */
  readonly label: string;
  readonly step: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly photo?: Blob;
  /** HTTP status of the refusal; absent: not sent yet. */
  readonly refused?: number;
};

const store = 'acts';

const open = (): Promise<IDBDatabase> =>
  new Promise((resolve, reject) => {
    const asked = indexedDB.open('chorsu-orders', 1);
    asked.addEventListener('upgradeneeded', () => {
      asked.result.createObjectStore(store, { keyPath: 'n', autoIncrement: true });
    });
    asked.addEventListener('success', () => resolve(asked.result));
    asked.addEventListener('error', () => reject(asked.error ?? new Error('no storage')));
  });

/** One transaction, durable when it resolves. */
async function within<T>(mode: IDBTransactionMode, work: (acts: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await open();
  try {
    const transaction = database.transaction(store, mode, { durability: 'strict' });
    const asked = work(transaction.objectStore(store));
    await new Promise<void>((resolve, reject) => {
      transaction.addEventListener('complete', () => resolve());
      transaction.addEventListener('abort', () => reject(transaction.error ?? new Error('not kept')));
    });
    return asked.result;
  } finally {
    database.close();
  }
}

/** In the order in which they were done. */
export const all = (): Promise<readonly Waiting[]> =>
  within('readonly', (acts) => acts.getAll() as IDBRequest<Waiting[]>);
export const keep = (act: Waiting): Promise<unknown> => within('readwrite', (acts) => acts.put(act));
export const drop = (n: number): Promise<unknown> => within('readwrite', (acts) => acts.delete(n));

/** Steps after which the order counts another handling step. */
const handling = ['accept', 'decline', 'start', 'pause', 'finish'];

const answerTo = ({ order, act, seen, doneAt, step, fields, photo }: Waiting): Promise<Response> => {
  const path = `/api/operations/orders/${order}`;
  if (photo) {
    const query = new URLSearchParams({ act, doneAt, ...fields });
    return fetch(`${path}/photos?${query.toString()}`, {
      method: 'POST',
      headers: { 'content-type': 'image/jpeg' },
      body: photo,
    });
  }
  const body = { ...fields, step, act, doneAt, ...(handling.includes(step) && { seen }) };
  return fetch(`${path}/steps`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
};

/** `taken`: what the city has now, and the handling step that it stands at; `unreachable`: no network, or the city is not well; `strange`: sign in again. */
export type Flushed = { readonly taken: readonly Waiting[]; readonly ended: 'all' | 'unreachable' | 'strange' };

/**
 * Sends what waits, one after the other, as it was done; no other tab does at the same time. What is refused for good stays, marked, for
 * the crew to see.
 */
export const flush = (who: string): Promise<Flushed> =>
  navigator.locks.request('chorsu-orders', async () => {
    const taken: Waiting[] = [];
    for (;;) {
      const next = (await all()).find((act) => act.who === who && act.refused === undefined);
      if (!next) return { taken, ended: 'all' };
      let answer: Response;
      try {
        answer = await answerTo(next);
      } catch {
        return { taken, ended: 'unreachable' };
      }
      if (answer.status === 401) return { taken, ended: 'strange' };
      if (answer.status === 429 || answer.status >= 500) return { taken, ended: 'unreachable' };
      if (answer.ok) {
        const { handledStep } = (await answer.json()) as { handledStep: number };
        if (handling.includes(next.step)) await known(next, handledStep);
        taken.push({ ...next, seen: handling.includes(next.step) ? handledStep : next.seen });
        await drop(next.n ?? 0);
      } else await keep({ ...next, refused: answer.status });
    }
  });

/** Those that were done after one that was taken knew of it. */
async function known({ order, who }: Waiting, seen: number): Promise<void> {
  for (const act of await all())
    if (act.order === order && act.who === who && act.refused === undefined) await keep({ ...act, seen });
}
