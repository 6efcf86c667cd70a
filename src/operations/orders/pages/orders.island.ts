/**
 * A crew's phone: acts and photos of an order are kept until the city has them, and the page goes on as if it had. Without
 * this script the same forms are sent one by one.
 */
import { transitions, type PersonStep, type State } from '../schema.ts';
import { all, drop, flush, keep, type Waiting } from './outbox.island.ts';

const againMs = 15_000;
const photoSide = 2048;
const pages = 'orders-pages';
const assets = 'orders-assets';
const keptMs = 86_400_000;
/** What was brought along so lately is not asked for again. */
const freshMs = 60_000;
/** Orders that a list brings along. */
const broughtMax = 30;

const panel = document.querySelector<HTMLElement>('#outbox');
const page = document.querySelector<HTMLElement>('.order');
const who = panel?.dataset['who'] ?? '';
const words = (name: string): string => panel?.dataset[name] ?? '';

const element = (name: string, text = '', className = ''): HTMLElement => {
  const made = document.createElement(name);
  made.textContent = text;
  if (className !== '') made.className = className;
  return made;
};

const button = (text: string, act: () => Promise<unknown>): HTMLElement => {
  const made = element('button', text, 'btn');
  made.setAttribute('type', 'button');
  made.addEventListener('click', () => void act().then(show));
  return made;
};

/** Why it was refused, in words. */
const refusal = (status: number): string =>
  words(status === 409 ? 'conflict' : status === 403 || status === 404 ? 'gone' : 'wrong');

/** What was refused is not lost: it can be left with the order as a note, or put away. */
function refusedLine(act: Waiting): HTMLElement {
  const line = element('li');
  line.append(element('b', act.label), ` – ${refusal(act.refused ?? 0)}`);
  const said = Object.values(act.fields).filter((text) => text !== '');
  if (said.length > 0) line.append(element('q', said.join(' · '), 'said'));
  const acts = element('p', '', 'more');
  const { n = 0, photo: _photo, refused: _refused, ...rest } = act;
  if (act.refused === 409)
    acts.append(
      button(words('asNote'), async () => {
        const note = [act.label, ...said].join(': ').slice(0, 1000);
        const { n: _n, ...unplaced } = rest as Waiting;
        await keep({ ...unplaced, act: crypto.randomUUID(), step: 'note', fields: { note } });
        await drop(n);
        await send();
      }),
      ' ',
    );
  acts.append(button(words('putAway'), () => drop(n)));
  line.append(acts);
  return line;
}

let reached: 'all' | 'unreachable' | 'strange' = 'all';
/** Taken since this page was made. */
const newer: Waiting[] = [];

async function show(): Promise<void> {
  if (!panel) return;
  const acts = await all();
  const mine = acts.filter((act) => act.who === who);
  const waiting = mine.filter(({ refused }) => refused === undefined);
  const refused = mine.filter((act) => act.refused !== undefined);
  panel.hidden = acts.length === 0 && reached !== 'unreachable';
  const parts: HTMLElement[] = [];
  if (reached === 'unreachable') parts.push(element('p', words('offline')));
  if (reached === 'strange') parts.push(element('p', words('signIn')));
  if (waiting.length > 0) {
    parts.push(element('p', `${words('waiting')} ${waiting.length}. ${words('stay')}`));
    const list = element('ol', '', 'waiting');
    list.append(
      ...waiting.map(({ label, fields }) => element('li', [label, fields['caption']].filter(Boolean).join(': '))),
    );
    parts.push(list);
  }
  if (refused.length > 0) {
    parts.push(element('p', words('refused')));
    const list = element('ul', '', 'rows');
    list.append(...refused.map(refusedLine));
    parts.push(list);
  }
  if (acts.length > mine.length) parts.push(element('p', words('others')));
  panel.replaceChildren(...parts);
  if (page) foresee(page, [...newer, ...waiting]);
}

/** The page as it is when these are taken. */
function foresee(order: HTMLElement, acts: readonly Waiting[]): void {
  const { order: id, state = 'open', proof } = order.dataset;
  const own = acts.filter((act) => act.order === id);
  let now = state as State;
  for (const { step } of own) now = transitions[step as PersonStep]?.[now] ?? now;
  const isProven = proof === 'true' || own.some(({ step }) => step === 'photo' || step === 'reading');
  for (const part of order.querySelectorAll<HTMLElement>('[data-step]')) {
    const step = part.dataset['step'] as PersonStep;
    part.hidden = transitions[step][now] === undefined || (step === 'finish' && !isProven);
  }
  const begin = order.querySelector<HTMLElement>('[data-step=start]');
  const act = begin?.querySelector('button');
  const { begin: fresh = '', resume = '' } = begin?.parentElement?.dataset ?? {};
  if (act) act.textContent = now === 'paused' || now === 'returned' ? resume : fresh;
  const wanted = order.querySelector<HTMLElement>('[data-needs-proof]');
  if (wanted) wanted.hidden = transitions.finish[now] === undefined || isProven;
  for (const { step, fields } of own) if (step === 'check') tick(order, fields);
}

function tick(order: HTMLElement, { item = '', done }: Readonly<Record<string, string>>): void {
  const line = order.querySelector<HTMLElement>(`[data-item="${CSS.escape(item)}"]`);
  const mark = line?.querySelector('.mark');
  const next = line?.querySelector<HTMLInputElement>('input[name=done]');
  if (!line || !mark || !next) return;
  const isDone = done === 'true';
  mark.textContent = isDone ? '✓' : '–';
  next.value = isDone ? 'false' : 'true';
  const act = line.querySelector('button');
  const { tick: on = '', untick: off = '' } = line.parentElement?.dataset ?? {};
  if (!act) return;
  act.textContent = isDone ? off : on;
  act.setAttribute('aria-label', (act.getAttribute('aria-label') ?? '').replace(/^[^:]*/, isDone ? off : on));
}

/** Somebody writes: what stands in the fields is not lost to a newer page. */
const isWriting = (): boolean =>
  [...document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>('.order input, .order textarea')].some(
    (field) => field.type !== 'hidden' && field.value !== field.defaultValue,
  );

const isThere = (): Promise<boolean> =>
  fetch('/healthz').then(
    ({ ok }) => ok,
    () => false,
  );

/** Sends what waits; when the city has taken something of this order, the page is as the city has it. */
async function send(): Promise<void> {
  const { taken, ended } = await flush(who);
  reached = ended === 'all' && taken.length === 0 && !(await isThere()) ? 'unreachable' : ended;
  newer.push(...taken);
  if (newer.length > 0 && page && ended === 'all' && !isWriting()) location.reload();
  else await show();
}

/** Upright, smaller, and without what the camera wrote beside it. @throws Error: this browser cannot read it */
async function drawn(file: File): Promise<Blob> {
  const picture = await createImageBitmap(file, { imageOrientation: 'from-image' });
  const scale = Math.min(1, photoSide / Math.max(picture.width, picture.height));
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [Math.round(picture.width * scale), Math.round(picture.height * scale)];
  canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('not drawn'))), 'image/jpeg', 0.82);
  });
}

async function take(form: HTMLFormElement): Promise<void> {
  const given = new FormData(form);
  const fields: Record<string, string> = {};
  for (const [name, value] of given) if (typeof value === 'string' && value !== '') fields[name] = value;
  const { step = 'photo', csrf: _csrf, seen = '', ...said } = fields;
  const pressed = form.querySelector('button');
  const label = pressed?.getAttribute('aria-label') ?? pressed?.textContent ?? step;
  const file = given.get('photo');
  let photo: Blob | undefined;
  if (file instanceof File) {
    try {
      photo = await drawn(file);
    } catch {
      const wrong =
        form.querySelector('.wrong') ?? form.querySelector('.field')?.appendChild(element('p', '', 'wrong'));
      if (wrong) wrong.textContent = words('unreadable');
      return;
    }
  }
  const waiting: Waiting = {
    act: crypto.randomUUID(),
    who,
    order: page?.dataset['order'] ?? '',
    seen: Math.max(Number(seen || page?.dataset['seen']), ...newer.map((taken) => taken.seen)),
    doneAt: new Date().toISOString(),
    label: label.trim(),
    step,
    fields: said,
    ...(photo && { photo }),
  };
  try {
    await keep(waiting);
  } catch {
    // Where nothing can be kept, the form is sent as without a script.
    form.submit();
    return;
  }
  form.reset();
  await show();
  await send();
}

page?.addEventListener('submit', (event) => {
  const form = event.target as HTMLFormElement;
  if (!form.closest('[data-crew]') || form.closest('[data-online]')) return;
  event.preventDefault();
  void take(form);
});

/** Up and down in the list; Enter opens, as on any link. */
document.querySelector('#orders')?.addEventListener('keydown', (event) => {
  const { key, target } = event as KeyboardEvent;
  const rows = [...document.querySelectorAll<HTMLAnchorElement>('#orders a.row')];
  const at = rows.indexOf(target as HTMLAnchorElement);
  const next = key === 'ArrowDown' ? rows[at + 1] : key === 'ArrowUp' ? rows[at - 1] : undefined;
  if (at < 0 || !next) return;
  event.preventDefault();
  next.focus();
});

/** What was kept for whoever used this phone before, goes. */
async function forgetOthers(): Promise<void> {
  if (!('caches' in globalThis)) return;
  const before = await (await (await caches.open(pages)).match('/who'))?.text();
  if (before !== undefined && before !== who) await caches.delete(pages);
  const headers = { date: new Date().toUTCString() };
  await (await caches.open(pages)).put('/who', new Response(who, { headers }));
}

/** Pages of a list of orders, and all that they are drawn with, are there without a network. */
async function bringAlong(): Promise<void> {
  // A desk has its network.
  if (!('caches' in globalThis) || !matchMedia('(max-width: 61.99rem)').matches) return;
  const loaded = performance.getEntriesByType('resource').map(({ name }) => name);
  const drawnWith = loaded.filter((name) => new URL(name).pathname.startsWith('/assets/'));
  const keptAssets = await caches.open(assets);
  for (const name of drawnWith) if (!(await keptAssets.match(name))) await keptAssets.add(name);
  const kept = await caches.open(pages);
  for (const request of await kept.keys()) {
    const at = Date.parse((await kept.match(request))?.headers.get('date') ?? '');
    if (!(Date.now() - at < keptMs)) await kept.delete(request);
  }
  const rows = [...document.querySelectorAll<HTMLAnchorElement>('#orders a.row')].slice(0, broughtMax);
  for (const name of [location.href, ...rows.map(({ href }) => href)]) {
    const at = Date.parse((await kept.match(name, { ignoreVary: true }))?.headers.get('date') ?? '');
    if (Date.now() - at < freshMs) continue;
    const answer = await fetch(name, { headers: { accept: 'text/html' } });
    if (answer.ok && !answer.redirected) await kept.put(name, answer);
  }
}

if (panel) {
  const { language = 'en' } = panel.dataset;
  void navigator.serviceWorker
    ?.register('/console/orders/worker.js', { scope: `/${language}/console/orders` })
    .catch(() => {});
  for (const change of ['online', 'offline']) addEventListener(change, () => void send());
  setInterval(
    () => void all().then((acts) => (acts.length > 0 || newer.length > 0 || reached !== 'all' ? send() : undefined)),
    againMs,
  );
  void send();
  void forgetOthers()
    .then(bringAlong)
    .catch(() => {});
}
