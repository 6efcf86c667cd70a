import {
  Breadcrumb,
  CityMap,
  Facts,
  inLanguage,
  Links,
  type PageContent,
  PinnedRows,
  type Reader,
  Rows,
  Section,
  Simulated,
  StateBanner,
  uiWords,
} from '../../../ui/index.ts';
import { areaText, districtsOf, middleOf, rangeText, saidIn } from '../compose.ts';
import { type Notice, stateOf, type Version } from '../schema.ts';
import { templateOf, withdrawals } from '../templates.ts';
import { noticeWords } from './messages/index.ts';
import { lookOf, momentOf, otherThan, OwnWords, type Shown, StateOf } from './parts.tsx';

/** `/notices/{id}`: what it means for the reader first; then where, and what was said when. */
export function noticePage(
  { city, notice, versions }: Shown & { notice: Notice; versions: readonly Version[] },
  reader: Reader,
): PageContent {
  const { language, to, now } = reader;
  const t = noticeWords(language);
  const { version, issuedAt, simulated } = notice;
  const { draft } = version;
  const state = stateOf(notice, now);
  const said = saidIn(version, language);
  const lang = otherThan(language, said.language);
  const withdrawal = withdrawals[version.withdrawal ?? ''];
  const shape = lookOf(notice, state) === 'trouble' ? 'trouble' : 'warn';
  const places = districtsOf(draft, city).map((district) => ({ name: district.name, at: middleOf(district) }));
  const moment = (at: number): string => momentOf(at, reader, city);
  return {
    title: said.headline,
    section: '/notices',
    description: said.description,
    feeds: [{ href: `/notices/atom?lang=${language}`, type: 'application/atom+xml', title: t('title') }],
    main: (
      <>
        <Breadcrumb
          label={t('title')}
          items={[{ text: t('allNotices'), href: to('/notices') }, { text: said.event }]}
        />
        <p class="kicker">
          <StateOf notice={notice} reader={reader} /> · {t(`kind_${templateOf(draft.template).kind}`)}{' '}
          <Simulated word={uiWords(language)('simulated')} when={simulated} />
        </p>
        <h1 lang={lang}>{said.headline}</h1>
        {withdrawal && (
          <StateBanner>
            <b>{inLanguage(withdrawal, language).text}</b>
          </StateBanner>
        )}
        <p class="lede" lang={lang}>
          {said.description}
        </p>
        <OwnWords notice={notice} language={language} />
        {said.instruction !== '' && (
          <Section id="todo" title={t('whatToDo')}>
            <p lang={lang}>{said.instruction}</p>
          </Section>
        )}
        <div class="duo">
          <Section id="map" title={t('map')}>
            <CityMap
              city={city}
              language={language}
              time={moment(now)}
              pins={places.map(({ name, ...place }, n) => ({
                ...place,
                number: n + 1,
                shape,
                label: `${n + 1}. ${inLanguage(name, language).text}`,
              }))}
              legend={[{ shape, text: t('affected') }]}
            />
          </Section>
          <Section id="where" title={areaText(draft, city, language)}>
            {places.length > 0 && (
              <PinnedRows
                items={places.map(({ name }, n) => ({ number: n + 1, shape, title: inLanguage(name, language).text }))}
              />
            )}
            <Facts
              items={[
                { name: t('time'), value: rangeText(draft, language, city.timeZone) },
                { name: t('severity'), value: t(`severity_${draft.severity}`) },
                { name: t('issued'), value: moment(issuedAt) },
                { name: t('changed'), value: moment(version.at) },
                ...(draft.about === undefined ? [] : [{ name: t('about'), value: <code>{draft.about}</code> }]),
              ]}
            />
            <Links
              items={[
                { href: `/notices/${notice.id}/cap`, text: 'CAP 1.2' },
                { href: `/api/operations/notices/${notice.id}`, text: 'JSON' },
              ]}
            />
          </Section>
        </div>
        <Section id="versions" title={t('versions')} note={t('versionsNote')}>
          <Rows
            items={versions.map((one) => (
              <Spoken version={one} reader={reader} at={moment(one.at)} />
            ))}
          />
        </Section>
      </>
    ),
  };
}

function Spoken({ version, reader, at }: { version: Version; reader: Reader; at: string }) {
  const { language } = reader;
  const said = saidIn(version, language);
  const lang = otherThan(language, said.language);
  const withdrawal = withdrawals[version.withdrawal ?? ''];
  return (
    <>
      <p class="proof">
        {at} · {noticeWords(language)(`step_${version.step}`)}
      </p>
      {withdrawal ? (
        <p>{inLanguage(withdrawal, language).text}</p>
      ) : (
        <>
          <p lang={lang}>
            <b>{said.headline}</b>
          </p>
          <p lang={lang}>
            {said.description} {said.instruction}
          </p>
          <OwnWords notice={{ version }} language={language} />
        </>
      )}
    </>
  );
}
