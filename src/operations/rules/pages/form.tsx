import type { JSX } from 'preact';
import {
  Breadcrumb,
  Checks,
  ErrorSummary,
  Form,
  fullLanguages,
  inLanguage,
  type PageContent,
  Picks,
  Quoted,
  type Reader,
  SelectField,
  type Site,
  TextField,
} from '../../../ui/index.ts';
import { priorities } from '../../alarms/schema.ts';
import { kindOf, textIn, type FormField, type RuleForm } from '../form.ts';
import { usualHolidays, usualSides } from '../schema.ts';
import { rulesWords } from './messages/index.ts';

/** `/console/rules/new`, `/console/rules/ID/edit`: a form for each kind of rule. */
export function formPage(
  {
    site,
    form,
    version,
    wrong,
    detail,
  }: {
    site: Pick<Site, 'city'>;
    form: RuleForm;
    /** The version that is changed; 0: a new rule. */
    version: number;
    wrong?: FormField;
    /** English. */
    detail?: string;
  },
  reader: Reader,
): PageContent {
  const { language, to } = reader;
  const t = rulesWords(language);
  const kind = kindOf(textIn(form, 'kind'));
  const id = textIn(form, 'id');
  const isNew = version === 0;
  const title = isNew ? `${t('make')}: ${t(`kind_${kind}`)}` : t('editTitle', { id });
  const idOfField = (field: FormField): string =>
    field === 'title' || field === 'advice' ? `${field}.${language}` : field;
  const wrongAt = (field: FormField): { wrong?: string } => (wrong === field ? { wrong: t(`wrong_${field}`) } : {});
  const plain = (field: FormField & keyof typeof labels, rest: object = {}): JSX.Element => (
    <TextField
      id={field}
      name={field}
      label={labels[field]}
      value={textIn(form, field)}
      {...wrongAt(field)}
      {...rest}
    />
  );
  const labels = {
    id: t('id'),
    type: t('type'),
    q: t('q'),
    scope: t('scope'),
    ids: t('ids'),
    attribute: t('attribute'),
    limit: t(kind === 'change' ? 'limitChange' : 'limit'),
    clear: t(kind === 'usual' ? 'clearUsual' : kind === 'balance' ? 'clearBalance' : 'clear'),
    for: t(kind === 'silence' ? 'forSilence' : 'for'),
    within: t('within'),
    mads: t('mads'),
    least: t(kind === 'balance' ? 'leastBalance' : 'least'),
    weeks: t('weeks'),
    atLeast: t('atLeast'),
    inflow: t('inflow'),
    outflow: t('outflow'),
    window: t('window'),
    between: t('between'),
    share: t('share'),
    wait: t('wait'),
    why: t('why'),
  } as const;
  const optionalWord = t('optional');
  const sides = kind === 'change' ? (['rises', 'falls'] as const) : (['above', 'below'] as const);
  const districts = form['districts'] ?? [];
  return {
    title,
    section: '/console/rules',
    kind: 'console',
    ...(wrong && { status: wrong === 'version' ? (409 as const) : (400 as const) }),
    main: (
      <>
        <Breadcrumb
          label={t('title')}
          items={[
            { text: t('title'), href: to('/console/rules') },
            ...(isNew ? [] : [{ text: id, href: to(`/console/rules/${id}`) }]),
            { text: isNew ? t('make') : t('edit') },
          ]}
        />
        <h1>{title}</h1>
        {wrong && (
          <ErrorSummary title={t('wrongTitle')} items={[{ id: idOfField(wrong), text: t(`wrong_${wrong}`) }]} />
        )}
        {detail !== undefined && (
          <p>
            <Quoted text={detail} />
          </p>
        )}
        <Form reader={reader} action={to(isNew ? '/console/rules/new' : `/console/rules/${id}/edit`)}>
          <input type="hidden" name="kind" value={kind} />
          <input type="hidden" name="version" value={version} />
          {isNew && plain('id', { help: t('idHelp') })}
          <SelectField
            id="priority"
            name="priority"
            label={t('priority')}
            value={textIn(form, 'priority')}
            options={priorities.map((one) => ({ value: String(one), text: t(`priority_${one}`) }))}
            {...wrongAt('priority')}
          />
          <Words name="title" legend={t('titles')} help={t('titlesHelp')} form={form} {...wrongAt('title')} />
          <Words name="advice" legend={t('advices')} help={optionalWord} form={form} {...wrongAt('advice')} />
          <fieldset class="step">
            <legend>{t('looksAt')}</legend>
            {plain('type', { help: t('typeHelp') })}
            {plain('q', { help: t('qHelp'), optionalWord })}
            {plain('scope', { optionalWord })}
            {site.city.districts.length > 0 && (
              <Checks
                legend={t('districts')}
                name="districts"
                values={typeof districts === 'string' ? [districts] : districts}
                options={site.city.districts.map((district) => ({
                  value: district.id,
                  text: inLanguage(district.name, language).text,
                }))}
              />
            )}
            {plain('ids', { lines: 3, optionalWord })}
          </fieldset>
          <fieldset class="step">
            <legend>{t('when')}</legend>
            {kind !== 'balance' && plain('attribute')}
            {kind === 'balance' && (
              <>
                {plain('inflow', { lines: 2, help: t('inflowHelp') })}
                {plain('outflow', { lines: 3 })}
                {plain('window', { inputMode: 'decimal', help: t('windowHelp'), optionalWord })}
                {plain('between', { help: t('betweenHelp'), optionalWord })}
                {plain('least', { inputMode: 'decimal', optionalWord })}
                {plain('share', { inputMode: 'decimal', help: t('shareHelp'), optionalWord })}
                {plain('clear', { inputMode: 'decimal', help: t('clearBalanceHelp'), optionalWord })}
                {plain('wait', { inputMode: 'decimal', help: t('waitHelp'), optionalWord })}
              </>
            )}
            {(kind === 'threshold' || kind === 'change') && (
              <>
                <Picks
                  legend={t(kind === 'change' ? 'sideChange' : 'side')}
                  name="side"
                  value={textIn(form, 'side') || sides[0]}
                  options={sides.map((side) => ({ value: side, text: t(`side_${side}`) }))}
                />
                {plain('limit', { inputMode: 'decimal' })}
                {plain('clear', { inputMode: 'decimal', help: t('clearHelp'), optionalWord })}
              </>
            )}
            {kind === 'usual' && (
              <>
                <Picks
                  legend={t('sideUsual')}
                  name="side"
                  value={textIn(form, 'side') || 'both'}
                  options={usualSides.map((side) => ({ value: side, text: t(`sideUsual_${side}`) }))}
                />
                {plain('mads', { inputMode: 'decimal', help: t('madsHelp') })}
                {plain('least', { inputMode: 'decimal', help: t('leastHelp') })}
                {plain('clear', { inputMode: 'decimal', help: t('clearUsualHelp'), optionalWord })}
                {plain('weeks', { inputMode: 'numeric', help: t('weeksHelp'), optionalWord })}
                {plain('atLeast', { inputMode: 'numeric', help: t('atLeastHelp'), optionalWord })}
                <Picks
                  legend={t('holidays')}
                  name="holidays"
                  value={textIn(form, 'holidays') || 'sundays'}
                  options={usualHolidays.map((one) => ({ value: one, text: t(`holidays_${one}`) }))}
                />
              </>
            )}
            {(kind === 'threshold' || kind === 'usual' || kind === 'balance') &&
              plain('for', { inputMode: 'decimal', help: t('forHelp'), optionalWord })}
            {kind === 'silence' && plain('for', { inputMode: 'decimal' })}
            {kind === 'change' && plain('within', { inputMode: 'decimal' })}
          </fieldset>
          {plain('why', { optionalWord })}
          <p>
            <button class="btn" type="submit">
              {t('save')}
            </button>
          </p>
        </Form>
      </>
    ),
  };
}

/** A text in each of the languages. */
function Words({
  name,
  legend,
  help,
  form,
  wrong,
}: {
  name: 'title' | 'advice';
  legend: string;
  help: string;
  form: RuleForm;
  wrong?: string;
}): JSX.Element {
  return (
    <fieldset class="step">
      <legend>{legend}</legend>
      <p class="help">{help}</p>
      {wrong !== undefined && <p class="wrong">{wrong}</p>}
      {fullLanguages.map((language) => (
        <TextField
          id={`${name}.${language}`}
          name={`${name}.${language}`}
          label={language}
          value={textIn(form, `${name}.${language}`)}
        />
      ))}
    </fieldset>
  );
}

/** `/console/rules/import`: the JSON of a rule. */
export function importPage({ json, detail }: { json: string; detail?: string }, reader: Reader): PageContent {
  const { language, to } = reader;
  const t = rulesWords(language);
  return {
    title: t('importTitle'),
    section: '/console/rules',
    kind: 'console',
    ...(detail !== undefined && { status: 400 as const }),
    main: (
      <>
        <Breadcrumb
          label={t('title')}
          items={[{ text: t('title'), href: to('/console/rules') }, { text: t('importTitle') }]}
        />
        <h1>{t('importTitle')}</h1>
        <p class="lede">{t('importNote')}</p>
        {detail !== undefined && (
          <>
            <ErrorSummary title={t('wrongImport')} items={[{ id: 'json', text: t('wrong_json') }]} />
            <p>
              <Quoted text={detail} />
            </p>
          </>
        )}
        <Form reader={reader} action={to('/console/rules/import')}>
          <TextField
            id="json"
            name="json"
            label={t('importField')}
            lines={16}
            value={json}
            {...(detail !== undefined && { wrong: t('wrong_json') })}
          />
          <p>
            <button class="btn" type="submit">
              {t('importAct')}
            </button>
          </p>
        </Form>
      </>
    ),
  };
}
