/**
 * Keeps parts of a page that are marked `data-renew="MS"` as the server would print them now; a page with a banner for
 * lost connections shows it while the server does not answer.
 */

const banner = document.querySelector<HTMLElement>('#live-state');

for (const part of document.querySelectorAll<HTMLElement>('[data-renew]')) {
  const everyMs = Math.max(1000, Number(part.dataset['renew']));

  const renew = async (): Promise<void> => {
    // A page that nobody looks at asks for nothing.
    if (document.hidden) return;
    const answer = await fetch(location.pathname + location.search, { headers: { accept: 'text/html' } });
    if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
    if (banner) banner.hidden = true;
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const now = page.getElementById(part.id);
    // Replaced only when it differs: a reader's selection and place stay.
    if (now && now.innerHTML !== part.innerHTML && !part.contains(document.activeElement)) {
      part.replaceChildren(...now.childNodes);
    }
  };

  const again = (): void => {
    setTimeout(() => {
      // A server that does not answer is asked again; the page stays what it was.
      void renew()
        .catch(() => {
          if (banner) banner.hidden = false;
        })
        .finally(again);
    }, everyMs);
  };
  part.setAttribute('aria-live', 'polite');
  again();
}
