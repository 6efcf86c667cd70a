/** Puts what has just changed on top of lists marked `data-live`, and says when the connection is lost. */
import { clockText } from '../locales/clock.ts';
import { type LiveChange, listen } from './stream.island.ts';

/** A busy city changes many times a second; a reader follows a list that moves every three. */
const everyMs = 3000;

for (const list of document.querySelectorAll<HTMLElement>('[data-live]')) {
  const { live = '', offset = '0', limit = '8', entity = '/entities/', perKind = '2' } = list.dataset;
  const waiting = new Map<string, LiveChange>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const show = (): void => {
    timer = undefined;
    const newest = [...waiting.values()].sort((a, b) => a.at - b.at).slice(-Number(limit));
    waiting.clear();
    for (const row of list.querySelectorAll<HTMLElement>('.new')) row.classList.remove('new');
    for (const change of newest) {
      list.querySelector(`[data-key="${CSS.escape(change.key)}"]`)?.remove();
      list.prepend(rowOf(change, Number(offset), entity));
    }
    thin(list, Number(perKind));
    while (list.children.length > Number(limit)) list.lastElementChild?.remove();
  };

  listen(live, {
    onChange: (change) => {
      if (change.text === '') return;
      waiting.delete(change.key);
      waiting.set(change.key, change);
      timer ??= setTimeout(show, everyMs);
    },
    onState: (state) => {
      const banner = document.querySelector<HTMLElement>('#live-state');
      if (banner) banner.hidden = state === 'connected';
    },
  });
}

/** Keeps the newest lines of each kind, so that what reports most does not push the rest away. */
function thin(list: HTMLElement, perKind: number): void {
  const seen = new Map<string, number>();
  for (const row of list.querySelectorAll<HTMLElement>('li[data-kind]')) {
    const kind = row.dataset['kind'] ?? '';
    const many = (seen.get(kind) ?? 0) + 1;
    seen.set(kind, many);
    if (many > perKind) row.remove();
  }
}

function rowOf(change: LiveChange, offsetMs: number, entityPath: string): HTMLElement {
  const row = document.createElement('li');
  row.className = 'new';
  row.dataset['key'] = change.key;
  row.dataset['kind'] = change.type;
  const time = document.createElement('time');
  time.dateTime = new Date(change.at).toISOString();
  time.textContent = clockText(change.at, offsetMs);
  const link = document.createElement('a');
  link.href = entityPath + encodeURIComponent(change.id);
  link.textContent = change.name;
  const body = document.createElement('div');
  const proof = document.createElement('p');
  proof.className = 'proof';
  proof.textContent = change.type;
  body.append(link, `: ${change.text}`, proof);
  row.append(time, body);
  return row;
}
