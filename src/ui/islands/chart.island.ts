/**
 * A cursor for charts: arrow keys or the pointer go from value to value, and what stands there is written below and
 * read out. The numbers come from the table twin, so that nothing is sent twice.
 */

for (const figure of document.querySelectorAll<HTMLElement>('figure[data-times]')) {
  const { times = '', from = '0', to = '1', step = '0', table = '' } = figure.dataset;
  const svg = figure.querySelector<SVGSVGElement>('svg.chart');
  const twin = document.querySelector(`#${CSS.escape(table)} table`);
  // The table has the newest row first.
  const instants = times.split(' ').map(Number);
  const rows = [...(twin?.querySelectorAll('tbody tr') ?? [])];
  if (!svg || rows.length === 0 || rows.length !== instants.length) continue;
  const heads = [...(twin?.querySelectorAll('thead th') ?? [])].map(({ textContent }) => textContent.trim());

  const line = document.createElementNS('http://www.w3.org/2000/svg', 'line');
  line.setAttribute('class', 'c-cursor');
  line.setAttribute('y1', '22');
  line.setAttribute('y2', String(Number(svg.getAttribute('height')) - 26));
  const words = document.createElement('p');
  words.className = 'readout';
  words.setAttribute('aria-live', 'polite');
  svg.after(words);
  figure.tabIndex = 0;
  figure.setAttribute('aria-label', svg.querySelector('title')?.textContent ?? '');

  const share = (at: number): number => (at + Number(step) / 2 - Number(from)) / (Number(to) - Number(from));
  let place = -1;
  const show = (index: number): void => {
    place = Math.min(rows.length - 1, Math.max(0, index));
    const x = `${(Math.min(1, Math.max(0, share(instants[place] ?? 0))) * 100).toFixed(2)}%`;
    line.setAttribute('x1', x);
    line.setAttribute('x2', x);
    if (!line.isConnected) svg.append(line);
    const cells = [...(rows[place]?.children ?? [])].map(({ textContent }) => textContent.trim());
    const [time = '', ...values] = cells;
    words.textContent = `${time} · ${values.map((value, i) => `${heads[i + 1] ?? ''} ${value}`).join(' · ')}`;
  };

  figure.addEventListener('keydown', (event) => {
    const next = { ArrowLeft: place + 1, ArrowRight: place < 0 ? 0 : place - 1, Home: rows.length - 1, End: 0 }[
      event.key
    ];
    if (next === undefined) return;
    event.preventDefault();
    show(next);
  });
  svg.addEventListener('pointermove', (event) => {
    const box = svg.getBoundingClientRect();
    const wanted = (event.clientX - box.left) / box.width;
    let nearest = 0;
    instants.forEach((at, i) => {
      if (Math.abs(share(at) - wanted) < Math.abs(share(instants[nearest] ?? 0) - wanted)) nearest = i;
    });
    if (nearest !== place) show(nearest);
  });
}
