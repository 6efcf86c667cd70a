/**
 * Tells how far long work has come: a bar that redraws itself on a terminal, a line now and then otherwise, so that a
 * log stays readable.
 */
export type Progress = {
  /** How much is done now; `total` may be learned on the way, `note` stands behind the figures. */
  at(done: number, total?: number, note?: string): void;
  /** The last line. */
  end(note?: string): void;
};

export type ProgressOptions = {
  readonly title: string;
  /** What is counted: `rows`, `bytes`. */
  readonly unit: string;
  readonly total?: number;
  readonly write: (text: string) => void;
  /** Redraw one line instead of writing new ones. */
  readonly terminal: boolean;
  /** Milliseconds. */
  readonly now: () => number;
};

const redrawMs = 100;
const lineEveryMs = 5_000;
const barCells = 24;

export function progress(options: ProgressOptions): Progress {
  const { title, unit, write, terminal, now } = options;
  const begun = now();
  let { total } = options;
  let done = 0;
  let shownAt = Number.NEGATIVE_INFINITY;
  let longest = 0;

  const figures = (note: string | undefined): string => {
    const seconds = Math.max((now() - begun) / 1000, 0.001);
    const rate = Math.round(done / seconds);
    const share = total ? ` (${Math.floor((100 * done) / total)} %)` : '';
    const of = total === undefined ? '' : ` of ${grouped(total)}`;
    return `${grouped(done)}${of} ${unit}${share}, ${grouped(rate)}/s${note ? `, ${note}` : ''}`;
  };
  const bar = (): string => {
    if (!total) return '';
    const full = Math.min(barCells, Math.round((barCells * done) / total));
    return `[${'#'.repeat(full)}${'.'.repeat(barCells - full)}] `;
  };
  const show = (note: string | undefined, last: boolean): void => {
    if (!terminal) return write(`${title}: ${figures(note)}\n`);
    const line = `${title} ${bar()}${figures(note)}`;
    longest = Math.max(longest, line.length);
    write(`\r${line.padEnd(longest)}${last ? '\n' : ''}`);
  };

  return {
    at(count, newTotal, note) {
      done = count;
      total = newTotal ?? total;
      if (now() - shownAt < (terminal ? redrawMs : lineEveryMs)) return;
      shownAt = now();
      show(note, false);
    },
    end: (note) => show(note, true),
  };
}

/** 1234567 -> `1,234,567`. Not by locale: a log reads the same everywhere. */
function grouped(count: number): string {
  return String(count).replaceAll(/\B(?=(\d{3})+$)/g, ',');
}
