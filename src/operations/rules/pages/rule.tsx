import {
  Breadcrumb,
  ErrorSummary,
  Facts,
  Form,
  formatDateTime,
  formatNumber,
  inLanguage,
  Links,
  type PageContent,
  type Reader,
  Rows,
  Section,
  SelectField,
  Status,
  TextField,
  Code,
} from '../../../ui/index.ts';
import type { FormField } from '../form.ts';
import { judges, type RuleVersion } from '../schema.ts';
import type { RuleRights, RuleSummary } from './list.tsx';
import { rulesWords } from './messages/index.ts';
import { entityLabel, entityPath, SelectsText, titleText, whenText } from './words.tsx';

export const periods = [7, 30, 90, 365] as const;

/** `/console/rules/ID`: what it does, a trial on the past, the switch, its versions. */
export function rulePage(
  {
    summary,
    versions,
    wrong,
    timeZone,
    nameOf,
    mayTry,
    mayManage,
  }: RuleRights & {
    summary: RuleSummary;
    versions: readonly RuleVersion[];
    wrong?: FormField;
    timeZone: string;
    nameOf: (id: string) => string;
  },
  reader: Reader,
): PageContent {
  const { language, to } = reader;
  const { rule, stats, week, lastAt, lastEntity } = summary;
  const t = rulesWords(language);
  const here = `/console/rules/${rule.id}`;
  const number = (n: number): string => formatNumber(n, language);
  const at = (ms: number): string => formatDateTime(ms, language, timeZone);
  const triedAt = versions[0]?.triedAt;
  const advice = rule.advice && inLanguage(rule.advice, language).text;
  return {
    title: titleText(rule, language),
    section: '/console/rules',
    kind: 'console',
    ...(wrong && { status: wrong === 'version' ? (409 as const) : (400 as const) }),
    main: (
      <>
        <Breadcrumb label={t('title')} items={[{ text: t('title'), href: to('/console/rules') }, { text: rule.id }]} />
        <h1>{titleText(rule, language)}</h1>
        <p class="lede">{whenText(rule.when, language, t)}</p>
        {mayTry && !mayManage && <p class="note">{t('whole')}</p>}
        {wrong && <ErrorSummary title={t('wrongTitle')} items={[{ id: 'why', text: t(`wrong_${wrong}`) }]} />}
        <Facts
          items={[
            {
              name: t('state'),
              value: <Status state={rule.enabled ? 'good' : 'none'}>{t(rule.enabled ? 'on' : 'off')}</Status>,
            },
            { name: t('priority'), value: t(`priority_${rule.priority}`) },
            { name: t('looksAt'), value: <SelectsText selects={rule.selects} /> },
            ...(advice === undefined ? [] : [{ name: t('what'), value: advice }]),
            { name: t('week'), value: number(week) },
            {
              name: t('last'),
              value:
                lastAt === undefined || lastEntity === undefined ? (
                  t('never')
                ) : (
                  <>
                    {at(lastAt)}, <a href={to(entityPath(lastEntity))}>{entityLabel(lastEntity)}</a>
                  </>
                ),
            },
            ...(stats
              ? [
                  { name: t('now'), value: number(stats.raised) },
                  { name: t('watched'), value: number(stats.entities) },
                  { name: t('late'), value: number(stats.late) },
                  { name: t('unusable'), value: number(stats.unusable) },
                  ...(judges(rule.when) ? [{ name: t('unjudged'), value: number(stats.unjudged) }] : []),
                ]
              : []),
          ]}
        />
        <Links
          items={[
            mayManage && { href: to(`${here}/edit`), text: t('edit') },
            { href: `/api/operations/rules/${rule.id}`, text: t('exportLink') },
          ]}
        />
        {mayTry && (
          <Section id="try" title={t('try')} note={t('tryNote')}>
            <p>{triedAt === undefined ? t('untried') : t('tried', { at: at(triedAt) })}</p>
            <Form reader={reader} action={to(`${here}/try`)}>
              <SelectField
                id="days"
                name="days"
                label={t('period')}
                value="30"
                options={periods.map((days) => ({
                  value: String(days),
                  text: t('days', { n: days }),
                }))}
              />
              <p>
                <button class="btn" type="submit">
                  {t('tryAct')}
                </button>
              </p>
            </Form>
          </Section>
        )}
        {mayManage && (
          <Section id="switch" title={t('switch')} {...(!rule.enabled && { note: t('switchNote') })}>
            <Form reader={reader} action={to(`${here}/switch`)}>
              <input type="hidden" name="version" value={rule.version} />
              <input type="hidden" name="enabled" value={String(!rule.enabled)} />
              <TextField
                id="why"
                name="why"
                label={t('why')}
                {...(!rule.enabled && triedAt === undefined
                  ? { help: t('whyNeeded') }
                  : { optionalWord: t('optional') })}
                {...(wrong && { wrong: t(`wrong_${wrong}`) })}
              />
              <p>
                <button class="btn" type="submit">
                  {t(rule.enabled ? 'switchOff' : 'switchOn')}
                </button>
              </p>
            </Form>
          </Section>
        )}
        <Section id="versions" title={t('versions')} note={t('versionsNote')}>
          <Rows
            items={versions.map((version) => (
              <>
                <b>
                  {t('version')} {version.rule.version}
                </b>{' '}
                · {t(version.rule.enabled ? 'on' : 'off')}
                <p class="proof">
                  {version.at === undefined || version.by === undefined
                    ? t('program')
                    : `${at(version.at)} · ${nameOf(version.by)}`}
                  {version.why !== '' && ` · ${version.why}`}
                  {version.triedAt !== undefined && ` · ${t('tried', { at: at(version.triedAt) })}`}
                </p>
                <details>
                  <summary>{t('json')}</summary>
                  <Code
                    label={`${t('version')} ${version.rule.version}`}
                    text={JSON.stringify(version.rule, undefined, 2)}
                  />
                </details>
              </>
            ))}
          />
        </Section>
      </>
    ),
  };
}
