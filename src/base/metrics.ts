/**
 * Counters and gauges of the process. `/metrics` shows them in Prometheus text format; whatever is dropped, refused
 * or retried anywhere is counted here under a name that says so.
 */
export type Labels = Record<string, string>;
export type Counter = {
  add(n?: number, labels?: Labels): void;
  /** Adds to one series; its name is made once, for hot paths. */
  series(labels: Labels): (n?: number) => void;
  value(labels?: Labels): number;
};

export type Metrics = {
  /** Name in snake case with its unit last (`chorsu_journal_bytes_total`). The same name gives the same counter. */
  counter(name: string, help: string): Counter;
  /** Read when the page is asked for; several series by returning labelled values. */
  gauge(name: string, help: string, read: () => number | { labels: Labels; value: number }[]): void;
  /** Prometheus text exposition format 0.0.4. */
  text(): string;
};

const labelText = (labels?: Labels): string => {
  if (!labels) return '';
  const escape = (value: string) => value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
  return `{${Object.entries(labels)
    .map(([name, value]) => `${name}="${escape(value)}"`)
    .join(',')}}`;
};

export function createMetrics(): Metrics {
  const counters = new Map<string, { help: string; series: Map<string, number>; counter: Counter }>();
  const gauges = new Map<string, { help: string; read: () => number | { labels: Labels; value: number }[] }>();
  return {
    counter(name, help) {
      const known = counters.get(name);
      if (known) return known.counter;
      const series = new Map<string, number>();
      const counter: Counter = {
        add(n = 1, labels) {
          const key = labelText(labels);
          series.set(key, (series.get(key) ?? 0) + n);
        },
        series(labels) {
          const key = labelText(labels);
          return (n = 1) => {
            series.set(key, (series.get(key) ?? 0) + n);
          };
        },
        value: (labels) => series.get(labelText(labels)) ?? 0,
      };
      counters.set(name, { help, series, counter });
      return counter;
    },
    gauge(name, help, read) {
      gauges.set(name, { help, read });
    },
    text() {
      const lines: string[] = [];
      for (const [name, { help, series }] of counters) {
        lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} counter`);
        if (series.size === 0) lines.push(`${name} 0`);
        for (const [labels, value] of series) lines.push(`${name}${labels} ${value}`);
      }
      for (const [name, { help, read }] of gauges) {
        lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} gauge`);
        const now = read();
        if (typeof now === 'number') lines.push(`${name} ${now}`);
        else for (const { labels, value } of now) lines.push(`${name}${labelText(labels)} ${value}`);
      }
      return `${lines.join('\n')}\n`;
    },
  };
}
