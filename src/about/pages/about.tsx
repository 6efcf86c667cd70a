import type { JSX } from 'preact';
import type { City, Fact, FactSource } from '../../city/profile.ts';
import {
  Empty,
  Facts,
  formatNumber,
  inLanguage,
  localeOf,
  type PageContent,
  type Reader,
  Rows,
  Section,
  Table,
  unitSymbol,
} from '../../ui/index.ts';
import { aboutWords, type AboutKey } from './messages/index.ts';

/** What one asks of every city; a kind without a figure is named among what is not known. */
const asked = ['population', 'area', 'districts', 'founded'] as const;
const signs: Record<NonNullable<Fact['qualifier']>, string> = { '<': '<', '>': '>', '~': '≈' };

/** `/about`: what is published about the city, where it lies, its laws, and what is not known. */
export function aboutPage(city: City, reader: Reader): PageContent {
  const { language } = reader;
  const t = aboutWords(language);
  const name = inLanguage(city.name, language).text;
  const figures = city.facts.filter(({ kind }) => kind !== 'indicator');
  const indicators = city.facts.filter(({ kind }) => kind === 'indicator');
  const lede = city.simulated ? t('ledeInvented', { city: name }) : city.facts.length === 0 ? t('ledeNone') : t('lede');
  return {
    title: t('title'),
    section: '/about',
    description: lede,
    main: (
      <>
        <p class="kicker">{t('title')}</p>
        <h1>{name}</h1>
        <p class="lede">{lede}</p>
        {!city.simulated && (
          <Section id="figures" title={t('figures')}>
            {figures.length === 0 ? (
              <Empty title={t('figuresNone')}>{t('figuresNoneText')}</Empty>
            ) : (
              <FactTable label={t('figures')} facts={figures} reader={reader} />
            )}
          </Section>
        )}
        {indicators.length > 0 && (
          <Section id="indicators" title={t('indicators')}>
            <p>{t('indicatorsNote')}</p>
            <FactTable label={t('indicators')} facts={indicators} reader={reader} />
          </Section>
        )}
        {!city.simulated && <Unknown city={city} reader={reader} />}
        <Place city={city} reader={reader} />
        <Law city={city} reader={reader} />
      </>
    ),
  };
}

function FactTable({ label, facts, reader }: { label: string; facts: readonly Fact[]; reader: Reader }): JSX.Element {
  const t = aboutWords(reader.language);
  return (
    <Table
      label={label}
      columns={[
        { head: t('what'), cell: (fact: Fact) => <What fact={fact} reader={reader} /> },
        { head: t('value'), numeric: true, cell: (fact) => valueText(fact, reader.language) },
        {
          head: t('year'),
          cell: ({ year, kind }) => (kind === 'founded' ? '' : year === null ? t('yearUnknown') : String(year)),
        },
      ]}
      rows={facts}
    />
  );
}

function What({ fact, reader }: { fact: Fact; reader: Reader }): JSX.Element {
  const { label, kind, indicator, confidence, note, source } = fact;
  const t = aboutWords(reader.language);
  const words = label ? inLanguage(label, reader.language) : undefined;
  return (
    <>
      {words ? (
        <span lang={words.language === reader.language ? undefined : words.language}>{words.text}</span>
      ) : (
        t(`kind_${kind}` as AboutKey)
      )}
      <small>
        {indicator !== undefined && <>{indicator} · </>}
        <SourceLink source={source} />
        {confidence !== undefined && confidence !== 'high' && <> · {t(`confidence_${confidence}`)}</>}
        {note !== undefined && <span lang="en"> · {note}</span>}
      </small>
    </>
  );
}

/** A title is in the language of who published: English words of ours around proper names. */
function SourceLink({ source: { title, url, document, page } }: { source: FactSource }): JSX.Element {
  const where = [document, page].filter((part) => part !== undefined).join(', ');
  return (
    <span lang="en">
      {url === undefined ? title : <a href={url}>{title}</a>}
      {where !== '' && ` (${where})`}
    </span>
  );
}

/** `< 1 %`: a bound is never printed as if it were the value. */
export function valueText({ value, qualifier, unit, kind }: Fact, language: string): string {
  if (kind === 'founded') return String(value);
  const symbol = unit === undefined ? '' : unitSymbol(unit, language);
  const number = formatNumber(value, language);
  return [qualifier && signs[qualifier], number, symbol].filter(Boolean).join('\u00a0');
}

function Unknown({ city, reader }: { city: City; reader: Reader }): JSX.Element {
  const t = aboutWords(reader.language);
  const kinds = asked.filter((kind) => !city.facts.some((fact) => fact.kind === kind));
  return (
    <Section id="unknown" title={t('unknown')}>
      <Rows
        items={[
          ...kinds.map((kind) => t('unknownKind', { what: t(`kind_${kind}`) })),
          ...(city.districts.length === 0
            ? [
                <>
                  {t('unknownDistricts')} <code>{loadDistricts(city)}</code>
                </>,
              ]
            : []),
          t('wrongFigure'),
        ]}
      />
    </Section>
  );
}

const loadDistricts = ({ id }: City): string => `chorsu init --city ${id} --out DIR --districts FILE`;

function Place({ city, reader }: { city: City; reader: Reader }): JSX.Element {
  const { language } = reader;
  const t = aboutWords(language);
  const number = (part: number): string => formatNumber(part, language);
  const { center, bbox, frame, districts, credit, simulated } = city;
  return (
    <Section id="place" title={t('place')}>
      <Facts
        items={[
          ...(simulated ? [] : [{ name: t('centre'), value: degrees(center, number) }]),
          ...(frame
            ? [
                {
                  name: t('box'),
                  value: (
                    <>
                      {degrees([bbox[0], bbox[1]], number)} – {degrees([bbox[2], bbox[3]], number)}
                      <br />
                      {t(`box_${frame.kind}`)}
                    </>
                  ),
                },
                {
                  name: t('placeSource'),
                  value: frame.sources.map((source, i) => (
                    <>
                      {i > 0 && <br />}
                      <SourceLink source={source} />
                    </>
                  )),
                },
              ]
            : []),
          {
            name: t('districts'),
            value: districts.length === 0 ? t('districtsNone') : t('districtsLoaded', { n: districts.length }),
          },
          { name: t('languages'), value: city.languages.map((tag) => localeOf(tag).name).join(', ') },
          { name: t('timeZone'), value: city.timeZone },
          ...(credit === undefined ? [] : [{ name: t('credit'), value: credit }]),
        ]}
      />
    </Section>
  );
}

/** Latitude first, as people say it. */
const degrees = ([long, lat]: readonly [number, number], number: (part: number) => string): string =>
  `${number(lat)}°, ${number(long)}°`;

function Law({ city: { lawPack }, reader }: { city: City; reader: Reader }): JSX.Element {
  const t = aboutWords(reader.language);
  return (
    <Section id="law" title={t('law')}>
      {lawPack.laws.length === 0 ? (
        <p>{t('lawNone')}</p>
      ) : (
        <>
          <p>{t('lawText')}</p>
          <Rows
            items={lawPack.laws.map((law) => (
              <span lang="en">{law}</span>
            ))}
          />
        </>
      )}
    </Section>
  );
}
