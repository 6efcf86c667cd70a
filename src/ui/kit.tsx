/** `/console/kit`: every component in every state, to be looked at after each change of the style sheet. */
import type { Hono } from 'hono';
import type { JSX } from 'preact';
import { inLanguage } from '../city/profile.ts';
import { Bar, Sparkline, TimeChart } from './chart.tsx';
import { ErrorSummary, Picks, SelectField, TextField } from './components/form.tsx';
import {
  Breadcrumb,
  Choices,
  Empty,
  Facts,
  Links,
  Numbers,
  PinnedRows,
  Section,
  StateBanner,
  TimedRows,
} from './components/list.tsx';
import { PageLinks } from './components/paging.tsx';
import { Simulated, Status } from './components/status.tsx';
import { Table } from './components/table.tsx';
import { formatDateTime, formatNumber, formatPercent, formatRelative, unitSymbol } from './locales/index.ts';
import { CityMap } from './map.tsx';
import { uiWords } from './messages/index.ts';
import { problemWords } from './messages/problems/index.ts';
import type { Bucket } from './series.ts';
import type { Reader, Site } from './site.tsx';

const dayMs = 86_400_000;
/** A word that breaks narrow columns when nobody has thought of it. */
const longWord = 'qiyinlashtirilganliklaridanmikan';

/** A year with two holes and an end above the usual range; the same numbers on every call. */
function year(to: number): readonly Bucket[] {
  return Array.from({ length: 52 }, (_, i) => {
    const mean = 205 + 14 * Math.sin(i * 1.7) + (i > 46 ? (i - 46) * 24 : 0);
    return { at: to - (52 - i) * 7 * dayMs, mean, min: mean - 12, max: mean + 9 + (i % 5) * 3 };
  }).filter((_, i) => !(i >= 15 && i < 18) && i !== 36);
}

function Kit({ site, reader }: { site: Site; reader: Reader }): JSX.Element {
  const { language, now } = reader;
  const t = uiWords(language);
  const { timeZone } = site.city;
  const simulatedCity = site.city.simulated ? inLanguage(site.city.name, language).text : undefined;
  const mark = <Simulated word={t('simulated')} when={site.city.simulated} />;
  const cubic = unitSymbol('MQH', language);
  const chart = {
    language,
    timeZone,
    from: now - 364 * dayMs,
    to: now,
    stepMs: 7 * dayMs,
    ...(simulatedCity !== undefined && { simulatedCity }),
  };
  return (
    <div lang="en">
      <Breadcrumb label="Path" items={[{ text: 'Console', href: reader.to('/') }, { text: 'Kit' }]} />
      <p class="kicker">Every component in every state</p>
      <h1>The headline is the answer, and it may be as long as two lines of a desk screen</h1>
      <p class="lede">A lede says what is being done about it, in one or two sentences.</p>
      <Numbers
        items={[
          { value: formatNumber(1240, language), label: 'residents without water', proof: <>{mark} 310 flats × 4.0</> },
          { value: formatPercent(0.968, language), label: longWord, proof: <>{mark} 08:39</> },
          { value: '–', label: 'not measured yet' },
          {
            value: formatNumber(-12.5, language),
            label: unitSymbol('CEL', language),
            proof: formatDateTime(now, language, timeZone),
          },
        ]}
      />
      <Section id="states" title="States">
        <StateBanner>{t('connectionLost')}</StateBanner>
        <StateBanner good>What was just done</StateBanner>
        <p>
          <Status state="trouble">above its range</Status> ·{' '}
          <Status state="warn">{t('late', { ago: formatRelative(now - 40 * 60_000, now, language) })}</Status> ·{' '}
          <Status state="good">{t('fresh')}</Status> · <Status state="quiet">put aside</Status> ·{' '}
          <Status state="none">{t('noData')}</Status>
        </p>
        <Empty title="No source is connected yet">
          Here the values of your city will stand. Begin with <code>chorsu init</code>.
        </Empty>
      </Section>
      <div class="duo">
        <Section id="map" title="Map">
          <CityMap
            city={site.city}
            language={language}
            time={formatDateTime(now, language, timeZone)}
            pins={(['trouble', 'warn', 'event', 'work'] as const).map((shape, i) => ({
              number: i + 1,
              shape,
              at: [site.city.center[0] + (i - 1.5) * 0.004, site.city.center[1] + (i % 2) * 0.004],
              label: `${i + 1}. ${shape}`,
            }))}
            legend={[
              { shape: 'trouble', text: 'emergency' },
              { shape: 'warn', text: 'needs attention' },
              { shape: 'event', text: 'report' },
              { shape: 'work', text: 'works' },
            ]}
          />
        </Section>
        <Section id="list" title="Its list">
          <PinnedRows
            items={[
              {
                number: 1,
                shape: 'trouble',
                title: 'Burst main, Weavers Street 14',
                href: '#list',
                proof: 'Navrud · since 02:04',
                text: 'crew at work',
              },
              { number: 2, shape: 'warn', title: '80 lamps without signal', href: '#list', proof: 'Kulolon' },
              { number: 3, shape: 'event', title: longWord, href: '#list', proof: 'no link is needed' },
              { number: 4, shape: 'work', title: 'Pipes are replaced', text: 'to plan' },
            ]}
          />
        </Section>
      </div>
      <div class="duo even">
        <Section id="changes" title="What changed" note={mark}>
          <TimedRows
            items={[
              { at: now, time: '08:39', text: 'Lamp 17: on', proof: 'street light' },
              { at: now - dayMs, time: '08:36', text: `${longWord} ${longWord}`, proof: 'control' },
            ]}
          />
        </Section>
        <Section id="facts" title="Facts">
          <Facts
            items={[
              { name: 'Owner', value: 'Namuna Water, sample utility' },
              { name: longWord, value: 'urn:ngsi-ld:WaterMeter:wm-02-and-a-long-identifier-that-must-break' },
            ]}
          />
        </Section>
      </div>
      <Section id="values" title="Values">
        <Table
          kind="vals"
          label="Values"
          caption={<>{mark} Every unit beside its number</>}
          columns={[
            { head: 'What', cell: (row: readonly string[]) => row[0] },
            { head: 'Value', cell: (row) => row[1], numeric: true, class: 'big' },
            { head: 'Unit', cell: (row) => row[2] },
            { head: 'Observed', cell: (row) => row[3], class: 'nw when' },
            {
              head: 'Status',
              cell: (row) => (
                <Status state={row[4] === 'none' ? 'none' : 'good'}>
                  {row[4] === 'none' ? t('noData') : t('fresh')}
                </Status>
              ),
              class: 'status',
            },
          ]}
          rows={[
            ['Flow', formatNumber(268, language), cubic, '08:40', 'good'],
            ['Volume', formatNumber(9_214_380, language), unitSymbol('MTQ', language), '08:40', 'good'],
            [longWord, '–', unitSymbol('CEL', language), '21.11. 17:20', 'none'],
          ]}
        />
        <PageLinks language={reader.language} page={2} pages={3} href={(page) => `?page=${page}`} />
        <Table
          label="Comparison"
          columns={[
            { head: 'District', cell: (row: readonly [string, number]) => row[0] },
            { head: 'Share', cell: (row) => formatPercent(row[1], language), numeric: true },
            { head: 'As a bar', cell: (row) => <Bar share={row[1]} simulated={site.city.simulated} />, class: 'bar' },
            {
              head: 'Week',
              cell: (row) => (
                <Sparkline
                  label={`${row[0]}: last week`}
                  values={[3, 4, 2, undefined, 5, 4, 6].map((v) => v && v * row[1])}
                />
              ),
              class: 'hidephone',
            },
          ]}
          rows={[
            ['Navrud', 0.968],
            ['Kulolon', 0.42],
          ]}
        />
      </Section>
      <Section id="chart" title="Chart with gaps">
        <Choices
          label={t('range')}
          items={['Day', 'Week', 'Month', 'Year'].map((text) => ({ href: '#chart', text, current: text === 'Year' }))}
        />
        <TimeChart
          {...chart}
          id="c1"
          title="Night flow by week"
          summary="Night flow stays inside its range until the end of October, then climbs."
          panels={[{ label: 'Night flow', unit: cubic, buckets: year(now), expected: [180, 240] }]}
          csv={{ href: '#chart', file: 'simulated-namuna-kit.csv' }}
        />
      </Section>
      <Section id="empty-chart" title="Chart without data">
        <Empty title={t('noData')}>Nothing was measured in this time.</Empty>
      </Section>
      <Section id="forms" title="Forms">
        <ErrorSummary title={t('errorsTitle')} items={[{ id: 'place', text: 'Say where it is' }]} />
        <TextField
          id="place"
          name="place"
          label="Where is it?"
          help="A street and a number are enough."
          wrong="Say where it is"
        />
        <TextField id="more" name="more" label="More" lines={3} optionalWord={t('optional')} />
        <SelectField
          id="district"
          name="district"
          label="District"
          options={[
            { value: 'a', text: 'Navrud' },
            { value: 'b', text: longWord },
          ]}
        />
        <Picks
          legend="What is it about?"
          name="about"
          value="water"
          options={[
            { value: 'water', text: 'Water', help: 'No water, dirty water, a burst main' },
            { value: 'light', text: 'Street light' },
          ]}
        />
        <p class="more">
          <button class="btn main">Main action</button> <button class="btn">Another</button>{' '}
          <button class="btn" disabled>
            Not now
          </button>
        </p>
        <Links
          items={[
            { href: '#forms', text: 'CSV' },
            { href: '#forms', text: 'JSON' },
          ]}
        />
      </Section>
      <Section id="problem" title="When something is wrong">
        <p lang={problemWords(language).languageOf('conflict')}>{problemWords(language)('conflict')}</p>
      </Section>
    </div>
  );
}

/** Adds the page. */
export function kitRoutes(app: Hono, site: Site): void {
  site.page(app, '/console/kit', (reader) => ({
    title: 'Kit',
    main: <Kit site={site} reader={reader} />,
    kind: 'console',
    islands: ['chart'],
  }));
}
