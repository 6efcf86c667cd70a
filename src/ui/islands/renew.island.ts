/**
 * Keeps parts of a page that are marked `data-renew="MS"` as the server would print them now; a page with a banner for
 * lost connections shows it while the server does not answer. With `data-renew-live="/api/live?lang=ru"` a part is renewed
 * as soon as an entity changes whose id begins with `data-renew-of`, too.
 */
import { listen } from './stream.island.ts';

/** A flood of changes is one look after the other, not one for each. */
const restMs = 1000;

const banner = document.querySelector<HTMLElement>('#live-state');
const setLost = (lost: boolean): void => {
  if (banner) banner.hidden = !lost;
};

for (const part of document.querySelectorAll<HTMLElement>('[data-renew]')) {
  const everyMs = Math.max(1000, Number(part.dataset['renew']));
  const { renewLive, renewOf = '' } = part.dataset;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asking = false;
  let again = false;

  const renew = async (): Promise<void> => {
    const answer = await fetch(location.pathname + location.search, { headers: { accept: 'text/html' } });
    if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
    setLost(false);
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const now = page.getElementById(part.id);
    // Replaced only when it differs: a reader's selection and place stay. Whoever writes is not interrupted.
    if (!now || now.innerHTML === part.innerHTML) return;
    const held = part.contains(document.activeElement) ? document.activeElement : null;
    if (held?.matches('input, select, textarea')) return;
    part.replaceChildren(...now.childNodes);
    if (held?.id) document.getElementById(held.id)?.focus({ preventScroll: true });
  };

  const look = (): void => {
    clearTimeout(timer);
    if (asking) {
      again = true;
      return;
    }
    // A page that nobody looks at asks for nothing, unless it is told that something changed.
    const wanted = again || !document.hidden;
    again = false;
    asking = wanted;
    // A server that does not answer is asked again; the page stays what it was.
    void (wanted ? renew() : Promise.resolve())
      .catch(() => setLost(true))
      .finally(() => {
        asking = false;
        timer = setTimeout(look, again ? restMs : everyMs);
      });
  };
  const soon = (): void => {
    if (again) return;
    again = true;
    if (asking) return;
    clearTimeout(timer);
    timer = setTimeout(look, restMs);
  };

  if (renewLive === undefined) part.setAttribute('aria-live', 'polite');
  else {
    let wasLost = false;
    listen(renewLive, {
      onChange: ({ id }) => {
        if (id.startsWith(renewOf)) soon();
      },
      onState: (state) => {
        setLost(state === 'lost');
        if (state === 'connected' && wasLost) soon();
        wasLost = state === 'lost';
      },
    });
  }
  timer = setTimeout(look, everyMs);
}
