/**
 * A time series as a figure: band from lowest to highest, line of means, dashed boxes where there are no data, the
 * expected range behind. Percent coordinates stretch the lines while words keep 13 px on every width, without script.
 */
import type { ComponentChildren, JSX } from 'preact';
import { Links } from './components/list.tsx';
import { Simulated } from './components/status.tsx';
import { Table } from './components/table.tsx';
import { formatDateTime, startOfDay } from './locales/index.ts';
import { uiWords } from './messages/index.ts';
import { type Bucket, digitsFor, gapsOf, niceScale, numberText, runsOf, timeTicks } from './series.ts';

export type ChartPanel = {
  /** What is measured, in words: `Night flow`. */
  readonly label: string;
  /** As written: `m³/h`. */
  readonly unit: string;
  readonly buckets: readonly Bucket[];
  /** The range that is usual. */
  readonly expected?: readonly [number, number];
  /** Levels to compare with, such as limits: dashed lines, named in the key. */
  readonly levels?: readonly { readonly value: number; readonly label: string }[];
  /** What the values are compared with: a second line, and a column of the table. */
  readonly compared?: { readonly label: string; readonly buckets: readonly Bucket[] };
  /** Zero belongs to the scale (counts, shares). */
  readonly fromZero?: boolean;
};

export type ChartProps = {
  /** Unique on the page. */
  readonly id: string;
  /** One line that names what, where and when. */
  readonly title: string;
  /** What the picture says, for those who do not see it and for those who do: the caption. */
  readonly summary: string;
  readonly language: string;
  readonly timeZone: string;
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
  readonly panels: readonly ChartPanel[];
  /** The city's name when the values are simulated: stands inside the figure with the word. */
  readonly simulatedCity?: string;
  readonly csv?: { readonly href: string; readonly file: string };
  readonly json?: string;
  readonly note?: ComponentChildren;
};

const width = 1000;
const top = 22;

const round = (n: number): string => n.toFixed(1).replace(/\.0$/, '');

/** The stretching part of one panel. */
function Panel({
  panel,
  y,
  height,
  props,
}: {
  panel: ChartPanel;
  y: number;
  height: number;
  props: ChartProps;
}): JSX.Element {
  const { from, to, stepMs, language } = props;
  const t = uiWords(language);
  const breakMs = stepMs * 1.75;
  const runs = runsOf(panel.buckets, breakMs);
  const gaps = gapsOf(runs, from, to, stepMs, breakMs);
  const values = panel.buckets.flatMap(({ mean, min, max }) => [mean, min ?? mean, max ?? mean]);
  const [expectedFrom, expectedTo] = panel.expected ?? [];
  const compared = panel.compared?.buckets ?? [];
  const all = [
    ...values,
    ...compared.map(({ mean }) => mean),
    ...(panel.expected ?? []),
    ...(panel.levels ?? []).map(({ value }) => value),
    ...(panel.fromZero === true ? [0] : []),
  ];
  const scale = niceScale(Math.min(...all), Math.max(...all));
  const x = (at: number): number => ((at - from) / (to - from)) * width;
  // A bucket stands for its whole step: its point is the middle.
  const middle = (at: number): number => Math.min(width, Math.max(0, x(at + stepMs / 2)));
  const yOf = (value: number): number => height - ((value - scale.from) / (scale.to - scale.from)) * height;
  const line = (run: readonly Bucket[]): string =>
    run.length === 1 && run[0]
      ? `M${round(x(run[0].at))} ${round(yOf(run[0].mean))}H${round(Math.min(width, x(run[0].at + stepMs)))}`
      : `M${run.map(({ at, mean }) => `${round(middle(at))} ${round(yOf(mean))}`).join('L')}`;
  const band = (run: readonly Bucket[]): string =>
    `M${[
      ...run.map(({ at, mean, max }) => `${round(middle(at))} ${round(yOf(max ?? mean))}`),
      ...run.toReversed().map(({ at, mean, min }) => `${round(middle(at))} ${round(yOf(min ?? mean))}`),
    ].join('L')}Z`;
  const hasBand = panel.buckets.some(({ min, max }) => min !== max);
  return (
    <>
      {scale.ticks.map((tick) => (
        <line class="c-grid" x2="100%" y1={round(y + yOf(tick))} y2={round(y + yOf(tick))} />
      ))}
      <svg
        y={y}
        width="100%"
        height={height}
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        overflow="visible"
      >
        {expectedFrom !== undefined && expectedTo !== undefined && (
          <rect
            class="c-expect"
            width={width}
            y={round(yOf(expectedTo))}
            height={round(yOf(expectedFrom) - yOf(expectedTo))}
          />
        )}
        {gaps.map((gap) => (
          <rect class="c-gap" x={round(x(gap.from))} width={round(x(gap.to) - x(gap.from))} height={height} />
        ))}
        {hasBand && <path class="c-band" d={runs.map(band).join('')} />}
        {compared.length > 0 && <path class="c-line2" d={runsOf(compared, breakMs).map(line).join('')} />}
        <path class="c-line" d={runs.map(line).join('')} />
        {panel.levels?.map(({ value }) => (
          <path class="c-level" d={`M0 ${round(yOf(value))}H${width}`} />
        ))}
      </svg>
      {scale.ticks.map((tick) => (
        <text x="0" y={round(y + yOf(tick) - 5)}>
          {numberText(tick, language, scale.digits)}
        </text>
      ))}
      <text x="100%" y={y - 8} text-anchor="end" class="t-muted">
        {panel.unit === '' ? panel.label : `${panel.label}, ${panel.unit}`}
      </text>
      {gaps
        .filter((gap) => x(gap.to) - x(gap.from) > 90)
        .map((gap) => (
          <text
            x={`${round((x(gap.from) + x(gap.to)) / 20)}%`}
            y={y + 18}
            text-anchor="middle"
            class={x(gap.to) - x(gap.from) > 300 ? 't-muted' : 't-muted hidephone'}
          >
            {t('noData')}
          </text>
        ))}
    </>
  );
}

const LineKey = ({ line, text }: { line: string; text: string }): JSX.Element => (
  <span class="key">
    <svg aria-hidden="true">
      <path class={line} d="M0 6h40" />
    </svg>
    {text}
  </span>
);

/** Figure, caption, table twin and downloads of one to three panels on one time axis. */
export function TimeChart(props: ChartProps): JSX.Element {
  const { id, title, summary, language, timeZone, from, to, stepMs, panels, simulatedCity, csv, json, note } = props;
  const t = uiWords(language);
  const simulated = simulatedCity !== undefined;
  const drawn = panels.filter(({ buckets }) => buckets.length > 0);
  const heights = drawn.map((_, i) => (i === 0 ? 200 : 110));
  const tops = heights.map((_, i) => top + heights.slice(0, i).reduce((sum, height) => sum + height + 36, 0));
  const bottom = (tops.at(-1) ?? top) + (heights.at(-1) ?? 0);
  const x = (at: number): string => `${round(((at - from) / (to - from)) * 100)}%`;
  const ticks = timeTicks(from, to, language, timeZone);
  const dense = ticks.length > 9;
  const rows = [...new Set(drawn.flatMap(({ buckets }) => buckets.map(({ at }) => at)))].sort((a, b) => b - a);
  const byTime = drawn.map(({ buckets }) => new Map(buckets.map((bucket) => [bucket.at, bucket])));
  const comparedByTime = drawn.map(({ compared }) => new Map(compared?.buckets.map(({ at, mean }) => [at, mean])));
  const digits = drawn.map(({ buckets }) => digitsFor(buckets.map(({ mean }) => mean)));
  const hasGaps = drawn.some(
    ({ buckets }) => gapsOf(runsOf(buckets, stepMs * 1.75), from, to, stepMs, stepMs * 1.75).length > 0,
  );
  const hasBand = drawn.some(({ buckets }) => buckets.some(({ min, max }) => min !== max));
  const tableId = `${id}-table`;
  const dayOnly = stepMs >= 86_400_000 && rows.every((at) => startOfDay(at, timeZone) === at);
  return (
    <>
      <figure data-times={rows.join(' ')} data-from={from} data-to={to} data-step={stepMs} data-table={tableId}>
        <div class="inside">
          <Simulated word={t('simulated')} when={simulated} />
          <span class="key">
            <svg aria-hidden="true">
              {hasBand && <rect class="c-band" width="100%" height="12" />}
              <path class="c-line" d="M0 6h40" />
            </svg>
            {hasBand ? `${t('mean')}, ${t('lowHigh')}` : t('mean')}
          </span>
          {drawn.map(
            ({ expected, unit }) =>
              expected && (
                <span class="key">
                  <svg aria-hidden="true">
                    <rect class="c-expect" width="100%" height="12" />
                  </svg>
                  {t('expected', {
                    from: numberText(expected[0], language, 2),
                    to: numberText(expected[1], language, 2),
                  })}{' '}
                  {unit}
                </span>
              ),
          )}
          {drawn.map(({ compared }) => compared && <LineKey line="c-line2" text={compared.label} />)}
          {drawn.map(({ levels, unit }) =>
            levels?.map(({ value, label }) => (
              <LineKey line="c-level" text={`${label}: ${numberText(value, language, 2)} ${unit}`} />
            )),
          )}
          {hasGaps && (
            <span class="key">
              <svg aria-hidden="true">
                <rect class="c-gap" x=".5" y=".5" width="27" height="11" />
              </svg>
              {t('noData')}
            </span>
          )}
        </div>
        <svg class="chart" width="100%" height={bottom + 26} role="img" aria-labelledby={`${id}-t ${id}-d`}>
          <title id={`${id}-t`}>{title}</title>
          <desc id={`${id}-d`}>{summary}</desc>
          <g aria-hidden="true">
            {drawn.map((panel, i) => (
              <Panel panel={panel} y={tops[i] ?? top} height={heights[i] ?? 0} props={props} />
            ))}
            <line class="c-axis" x2="100%" y1={bottom} y2={bottom} />
            {ticks.map(({ at, text, minor }, i) => (
              <svg x={x(at)} y={bottom} overflow="visible">
                <path class="c-axis" d="M0 0v5" />
                {(to - at) / (to - from) > 0.03 && (
                  <text x="3" y="18" class={minor || (dense && i % 3 !== 0) ? 't-muted hidephone' : 't-muted'}>
                    {text}
                  </text>
                )}
              </svg>
            ))}
            {simulated && (
              <text x="100%" y={bottom - 8} text-anchor="end" class="t-muted">
                {t('stamp')} · {simulatedCity}
              </text>
            )}
          </g>
        </svg>
        <figcaption>
          {summary} {note}
        </figcaption>
      </figure>
      <details id={tableId}>
        <summary>{t('asTable', { n: rows.length })}</summary>
        <Table
          kind="tall"
          label={t('tableOf', { what: title })}
          caption={
            <>
              <Simulated word={t('simulated')} when={simulated} /> {t('newestFirst')}
            </>
          }
          columns={[
            {
              head: t('time'),
              cell: (at: number) =>
                dayOnly ? formatDateTime(at, language, timeZone).slice(0, 10) : formatDateTime(at, language, timeZone),
            },
            ...drawn.flatMap(({ unit, label, compared }, i) => {
              const value = (at: number, part: 'mean' | 'min' | 'max'): string =>
                numberText(byTime[i]?.get(at)?.[part], language, digits[i] ?? 2);
              const head = (word: string): ComponentChildren => (
                <>
                  {drawn.length > 1 ? `${label}, ${word.toLowerCase()}` : word} <br />
                  {unit}
                </>
              );
              const mean = { head: head(t('meanOf')), numeric: true, cell: (at: number) => value(at, 'mean') };
              const other = {
                head: head(compared?.label ?? ''),
                numeric: true,
                cell: (at: number) => numberText(comparedByTime[i]?.get(at), language, digits[i] ?? 2),
              };
              const told = compared ? [mean, other] : [mean];
              if (!hasBand) return told;
              return [
                ...told,
                { head: head(t('lowOf')), numeric: true, cell: (at: number) => value(at, 'min') },
                { head: head(t('highOf')), numeric: true, cell: (at: number) => value(at, 'max') },
              ];
            }),
          ]}
          rows={rows}
        />
      </details>
      <Links
        items={[
          csv && { href: csv.href, text: `CSV, ${csv.file}`, download: csv.file },
          json !== undefined && { href: json, text: 'JSON' },
        ]}
      />
    </>
  );
}

/** A line without axes beside a number; the number says what it means. */
export function Sparkline({ values, label }: { values: readonly (number | undefined)[]; label: string }): JSX.Element {
  const known = values.filter((value) => value !== undefined);
  const low = Math.min(...known);
  const span = Math.max(...known) - low || 1;
  let pen = 'M';
  let path = '';
  values.forEach((value, i) => {
    if (value === undefined) pen = 'M';
    else {
      path += `${pen}${round((i / Math.max(1, values.length - 1)) * 120)} ${round(22 - ((value - low) / span) * 20)}`;
      pen = 'L';
    }
  });
  return (
    <svg class="spark" viewBox="0 0 120 24" preserveAspectRatio="none" role="img" aria-label={label}>
      <path class="c-line" d={path} />
    </svg>
  );
}

/** A share as a bar; what stays open is the rest. The figure beside it says the number. */
export function Bar({ share, simulated = false }: { share: number; simulated?: boolean }): JSX.Element {
  const filled = `${round(Math.min(1, Math.max(0, share)) * 100)}%`;
  return (
    <svg aria-hidden="true" width="100%" height="20">
      <rect class="f-wash" width="100%" height="12" y="4" />
      <rect class={simulated ? 'f-accent simfill' : 'f-accent'} width={filled} height="12" y="4" />
    </svg>
  );
}
