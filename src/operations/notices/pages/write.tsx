import type { JSX } from 'preact';
import {
  Checks,
  type City,
  ErrorSummary,
  Form,
  formatDateTime,
  inLanguage,
  Links,
  localeOf,
  type PageContent,
  type Reader,
  Section,
  SelectField,
  TextField,
} from '../../../ui/index.ts';
import { type Draft, type Fields, type Notice, severities, stateOf, wholeCity } from '../schema.ts';
import { saidIn } from '../compose.ts';
import { advice, reasons, sentences, type Template, withdrawals } from '../templates.ts';
import type { Taken } from '../about.ts';
import { forWork, Path } from './console.tsx';
import type { NoticeKey } from './messages/index.ts';
import { noticeWords } from './messages/index.ts';
import { type Shown, StateOf } from './parts.tsx';

const hourMs = 3_600_000;

/** The city, and whether the reader may write for a district of it, or for `wholeCity`. */
export type Where = Shown & { readonly mayWrite: (district: string) => boolean };

const choicesOf = ({ city, mayWrite }: Where): readonly string[] =>
  [...city.districts.map(({ id }) => id), wholeCity].filter(mayWrite);

/** What stands in the form of a template that was just chosen: from now on, for as long as it mostly holds, where what it is about lies. */
export function freshFields(template: Template, where: Where, now: number, taken?: Taken): Fields {
  const { city } = where;
  const choices = choicesOf(where);
  const from = Math.floor(now / 60_000) * 60_000;
  const text = (at: number): string => formatDateTime(at, 'en', city.timeZone);
  return new Map([
    ['template', [template.id]],
    // Where there is nothing to choose from, it is chosen.
    ['districts', choices.length === 1 ? choices : (taken?.districts ?? []).filter(where.mayWrite)],
    ['from', [text(from)]],
    ['until', [text(from + template.hours * hourMs)]],
    ['severity', [template.severity]],
    ['reason', [template.reasons[0] ?? '']],
    ['advice', [...template.advice]],
    ['about', [taken?.about ?? '']],
    ['withdraws', taken?.ends ? ['yes'] : []],
  ]);
}

/** A draft as the fields that make it. */
export function fieldsOf(draft: Draft, { timeZone }: City): Fields {
  const words = (name: 'title' | 'more') =>
    Object.entries(draft[name]).map(([language, text]) => [`${name}.${language}`, [text]] as const);
  return new Map<string, readonly string[]>([
    ['template', [draft.template]],
    ['districts', draft.districts],
    ['from', [formatDateTime(draft.from, 'en', timeZone)]],
    ['until', [formatDateTime(draft.until, 'en', timeZone)]],
    ['severity', [draft.severity]],
    ['reason', [draft.reason ?? '']],
    ['advice', draft.advice],
    ['places', [draft.places.join('\n')]],
    ['about', [draft.about ?? '']],
    ['withdraws', draft.withdraws ? ['yes'] : []],
    ...words('title'),
    ...words('more'),
  ]);
}

export type Writing = {
  readonly template: Template;
  readonly fields: Fields;
  /** The field that is wrong, as its parser names it. */
  readonly wrong?: string;
  /** Of one that is changed. */
  readonly notice?: Notice;
};

const faults = [
  'districts',
  'place',
  'from',
  'until',
  'severity',
  'reason',
  'advice',
  'places',
  'title',
  'more',
  'about',
] as const;

/** What is wrong, in words; undefined where it is not about a field of this form. */
export function faultOf(field: string | undefined): NoticeKey | undefined {
  const found = faults.find((name) => field === name || field?.startsWith(`${name}.`));
  return found && `wrong_${found}`;
}

/** `/console/notices/new` and `/console/notices/{id}`: a template's blanks. */
export function writePage(writing: Where & Writing, reader: Reader): PageContent {
  const { city, template, wrong, notice } = writing;
  const { language, to } = reader;
  const t = noticeWords(language);
  const fault = faultOf(wrong);
  const event = inLanguage(template.event, language).text;
  const isOver = notice !== undefined && ['over', 'withdrawn'].includes(stateOf(notice, reader.now));
  return {
    title: notice ? t('editTitle') : event,
    section: '/console/notices',
    ...forWork,
    ...(wrong !== undefined && { status: wrong === 'place' ? (403 as const) : (400 as const) }),
    main: (
      <>
        <Path reader={reader} text={event} />
        <h1>{notice ? t('editTitle') : event}</h1>
        {notice && (
          <p>
            <StateOf notice={notice} reader={reader} /> ·{' '}
            <a href={reader.to(`/notices/${notice.id}`)}>{saidIn(notice.version, language).headline}</a>
          </p>
        )}
        {wrong !== undefined && fault && (
          <ErrorSummary
            title={t('notSent')}
            items={[{ id: wrong === 'place' ? 'districts' : wrong, text: t(fault) }]}
          />
        )}
        {isOver ? (
          <p>{t('over')}</p>
        ) : (
          <>
            {notice && <Ending notice={notice} city={city} reader={reader} />}
            {notice ? (
              <Section id="change" title={t('change')}>
                <Blanks {...writing} reader={reader} />
              </Section>
            ) : (
              <>
                <Blanks {...writing} reader={reader} />
                <Links items={[{ href: to(othersPath(writing.fields)), text: t('otherTemplate') }]} />
              </>
            )}
          </>
        )}
      </>
    ),
  };
}

/** All templates, for the same alarm or order. */
function othersPath(fields: Fields): string {
  const about = fields.get('about')?.[0] ?? '';
  return about === '' ? '/console/notices' : `/console/notices?about=${encodeURIComponent(about)}`;
}

/** Ends it earlier or later than was said. */
function Ending({ notice, city, reader }: Shown & { notice: Notice; reader: Reader }): JSX.Element {
  const { language, to } = reader;
  const t = noticeWords(language);
  const version = <input type="hidden" name="version" value={String(notice.version.number)} />;
  return (
    <div class="duo even">
      <Section id="withdraw" title={t('withdraw')}>
        <Form reader={reader} action={to(`/console/notices/${notice.id}/withdraw`)}>
          {version}
          <SelectField
            id="why"
            name="reason"
            label={t('why')}
            options={Object.keys(withdrawals).map((id) => ({ value: id, text: t(`why_${id}` as NoticeKey) }))}
          />
          <p>
            <button class="btn" type="submit">
              {t('withdraw')}
            </button>
          </p>
        </Form>
      </Section>
      <Section id="prolong" title={t('prolong')}>
        <Form reader={reader} action={to(`/console/notices/${notice.id}/prolong`)}>
          {version}
          <TextField
            id="longer"
            name="until"
            label={t('until')}
            help={t('timeHelp')}
            value={formatDateTime(notice.version.draft.until, language, city.timeZone)}
          />
          <p>
            <button class="btn" type="submit">
              {t('prolong')}
            </button>
          </p>
        </Form>
      </Section>
    </div>
  );
}

function Blanks({
  city,
  mayWrite,
  template,
  fields,
  wrong,
  notice,
  reader,
}: Where & Writing & { reader: Reader }): JSX.Element {
  const { language, to } = reader;
  const t = noticeWords(language);
  const fault = faultOf(wrong);
  const one = (name: string): string => fields.get(name)?.[0] ?? '';
  const wrongOf = (name: string): { wrong?: string } => (wrong === name && fault ? { wrong: t(fault) } : {});
  const word = (words: Parameters<typeof inLanguage>[0]): string => inLanguage(words, language).text;
  const isOwn = template.id === 'other';
  return (
    <Form reader={reader} action={to('/console/notices/preview')}>
      <input type="hidden" name="template" value={template.id} />
      {notice && <input type="hidden" name="id" value={notice.id} />}
      {notice && <input type="hidden" name="version" value={String(notice.version.number)} />}
      {isOwn && <Texts name="title" fields={fields} reader={reader} city={city} lines={1} wrong={wrong} />}
      <div class="duo even">
        <div>
          <div id="districts">
            <Checks
              legend={t('where')}
              name="districts"
              values={fields.get('districts') ?? []}
              options={choicesOf({ city, mayWrite }).map((value) => ({
                value,
                text: word(city.districts.find(({ id }) => id === value)?.name ?? sentences.city),
              }))}
            />
          </div>
          <TextField
            id="from"
            name="from"
            label={t('from')}
            help={t('timeHelp')}
            value={one('from')}
            {...wrongOf('from')}
          />
          <TextField
            id="until"
            name="until"
            label={t('until')}
            help={t('timeHelp')}
            value={one('until')}
            {...wrongOf('until')}
          />
          {template.reasons.length > 0 && (
            <SelectField
              id="reason"
              name="reason"
              label={t('reason')}
              value={one('reason')}
              options={[
                ...template.reasons.map((id) => ({ value: id, text: word(reasons[id] ?? {}) })),
                { value: '', text: t('noReason') },
              ]}
              {...wrongOf('reason')}
            />
          )}
          {template.places && (
            <TextField
              id="places"
              name="places"
              lines={3}
              label={t(`places_${template.places}`)}
              optionalWord={t('optional')}
              help={t('placesHelp')}
              value={one('places')}
              {...wrongOf('places')}
            />
          )}
        </div>
        <div>
          <div id="advice">
            <Checks
              legend={t('whatToDo')}
              name="advice"
              values={fields.get('advice') ?? []}
              options={template.advice.map((id) => ({ value: id, text: word(advice[id] ?? {}) }))}
            />
          </div>
          <SelectField
            id="severity"
            name="severity"
            label={t('severity')}
            value={one('severity')}
            options={severities.map((value) => ({ value, text: t(`severity_${value}`) }))}
            {...wrongOf('severity')}
          />
          <TextField
            id="about"
            name="about"
            label={t('about')}
            optionalWord={t('optional')}
            help={t('aboutHelp')}
            value={one('about')}
            {...wrongOf('about')}
          />
          <Checks
            legend={t('withdraw')}
            name="withdraws"
            values={fields.get('withdraws') ?? []}
            options={[{ value: 'yes', text: t('withdraws') }]}
          />
          <Texts name="more" fields={fields} reader={reader} city={city} lines={3} wrong={wrong} />
        </div>
      </div>
      <p>
        <button class="btn main" type="submit">
          {t('preview')}
        </button>
      </p>
    </Form>
  );
}

/** Free text, a field for each language of the city. */
function Texts(props: {
  name: 'title' | 'more';
  fields: Fields;
  reader: Reader;
  city: City;
  lines: number;
  wrong: string | undefined;
}): JSX.Element {
  const { name, fields, reader, city, lines, wrong } = props;
  const t = noticeWords(reader.language);
  const fault = faultOf(wrong);
  return (
    <fieldset class="step" id={name}>
      <legend>{t(name === 'title' ? 'ownTitle' : 'more')}</legend>
      <p class="help">{t(name === 'title' ? 'ownTitleNote' : 'moreNote')}</p>
      {city.languages.map((language) => {
        const id = `${name}.${language}`;
        return (
          <div lang={language}>
            <TextField
              id={id}
              name={id}
              lines={lines}
              label={localeOf(language).name}
              value={fields.get(id)?.[0] ?? ''}
              {...(wrong === id && fault && { wrong: t(fault) })}
            />
          </div>
        );
      })}
    </fieldset>
  );
}
