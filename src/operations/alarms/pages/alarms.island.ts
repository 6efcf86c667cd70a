/**
 * Keys and sound of the console. Keys are digits, arrows, Enter and Space: the same on every keyboard layout, and they act
 * only while the list has the focus.
 */
const list = document.querySelector<HTMLElement>('#alarms');

const rows = (): HTMLAnchorElement[] => [...(list?.querySelectorAll<HTMLAnchorElement>('a.row') ?? [])];

/** Goes to a part of the chosen alarm; another row than the chosen one is opened there. */
function goTo(row: HTMLAnchorElement, id: string): void {
  if (row.getAttribute('aria-current') !== 'true') {
    location.assign(row.href.replace(/#.*$/, `#${id}`));
    return;
  }
  show(id);
}

/** From the alarm of a row; nothing where the reader makes none. */
function makeOrder(row: HTMLAnchorElement): void {
  const path = list?.dataset['order'];
  if (path !== undefined) location.assign(path + row.id.replace(/^r-/, ''));
}

function show(id: string): void {
  const target = document.getElementById(id);
  const folded = target?.closest('details');
  if (folded) folded.open = true;
  target?.scrollIntoView({ block: 'center' });
  target?.focus();
}

list?.addEventListener('keydown', (event) => {
  const all = rows();
  const row = all.find((one) => one === document.activeElement);
  if (!row || event.ctrlKey || event.altKey || event.metaKey) return;
  const at = all.indexOf(row);
  const acts: Readonly<Record<string, () => void>> = {
    ArrowDown: () => all[Math.min(all.length - 1, at + 1)]?.focus(),
    ArrowUp: () => all[Math.max(0, at - 1)]?.focus(),
    Home: () => all[0]?.focus(),
    End: () => all.at(-1)?.focus(),
    Space: () => row.closest('tr')?.querySelector<HTMLButtonElement>('.act button')?.click(),
    Digit1: () => goTo(row, 'to'),
    Digit2: () => goTo(row, 'minutes'),
    Digit3: () => makeOrder(row),
    Digit4: () => goTo(row, 'where'),
    Digit0: () => document.querySelector<HTMLButtonElement>('#sound button')?.click(),
  };
  const act = acts[event.code.replace('Numpad', 'Digit')];
  if (!act) return;
  event.preventDefault();
  act();
});

// Whoever came by a key stands where it led.
if (['#to', '#minutes', '#where'].includes(location.hash)) show(location.hash.slice(1));
else if (location.hash === '')
  rows()
    .find((row) => row.getAttribute('aria-current') === 'true')
    ?.focus({ preventScroll: true });

/** Two short tones: heard in a room, over before they annoy. */
function tone(audio: AudioContext): void {
  for (const [at, hertz] of [
    [0, 660],
    [0.18, 880],
  ] as const) {
    const start = audio.currentTime + at;
    const [source, volume] = [audio.createOscillator(), audio.createGain()];
    source.frequency.value = hertz;
    volume.gain.setValueAtTime(0, start);
    volume.gain.linearRampToValueAtTime(0.2, start + 0.02);
    volume.gain.linearRampToValueAtTime(0, start + 0.15);
    source.connect(volume).connect(audio.destination);
    source.start(start);
    source.stop(start + 0.16);
  }
}

const panel = document.querySelector<HTMLElement>('#sound');
const button = panel?.querySelector('button');
const said = panel?.querySelector<HTMLElement>('[role=status]');
if (list && panel && button && said) {
  let audio: AudioContext | undefined;
  const { on = '', off = '', new: words = '' } = panel.dataset;
  const newest = (): DOMStringMap => list.querySelector<HTMLElement>('#newest')?.dataset ?? {};
  let last = newest()['key'] ?? '';

  const set = (isOn: boolean): void => {
    button.setAttribute('aria-pressed', String(isOn));
    button.textContent = isOn ? off : on;
    audio = isOn ? (audio ?? new AudioContext()) : void audio?.close();
  };
  panel.hidden = false;
  if (panel.dataset['state'] === 'on') set(true);
  button.addEventListener('click', () => {
    set(audio === undefined);
    if (audio) tone(audio);
    // The next page knows; nothing of it is kept when the browser is closed.
    void fetch(`/console/sound?to=${audio ? 'on' : 'off'}`);
  });

  // Never the sound alone: the same is said in words.
  new MutationObserver(() => {
    const { key = '', title = '' } = newest();
    if (key !== '' && Number.parseInt(key, 10) > (Number.parseInt(last, 10) || 0)) {
      said.textContent = words.replace('%', title);
      if (audio) tone(audio);
    }
    last = key;
  }).observe(list, { childList: true });
}
