/** `/console/control/schedules`: what is switched by itself, and when in the next seven days. */
import {
  Breadcrumb,
  Code,
  Empty,
  ErrorSummary,
  Form,
  formatDateTime,
  formatWeekday,
  Links,
  type City,
  type PageContent,
  Quoted,
  type Reader,
  Section,
  Status,
  Table,
  TextField,
} from '../../../ui/index.ts';
import type { Due } from '../schedule.ts';
import type { ControlGroup, Schedule } from '../schema.ts';
import type { Setting } from '../settings.ts';
import { nameOf } from './group.tsx';
import { controlWords } from './messages/index.ts';
import { whoText } from './words.ts';

const example = {
  id: 'dusk-to-dawn',
  group: 'lights-navrud',
  elevation: -6,
  switchings: [
    { at: 'dusk', value: 1 },
    { at: '23:00', value: 0.6 },
    { at: '05:00', value: 1 },
    { at: 'dawn', offset: -10, value: 0 },
  ],
  exceptions: [
    {
      date: '2027-03-21',
      switchings: [
        { at: 'dusk', value: 1 },
        { at: 'dawn', value: 0 },
      ],
    },
  ],
  enabled: true,
};

export type SchedulesContent = {
  readonly schedules: readonly { readonly setting: Setting<Schedule>; readonly due: readonly Due[] }[];
  readonly groups: readonly Setting<ControlGroup>[];
  readonly city: City;
  readonly nameOfAccount: (id: string) => string;
  readonly mayManage: boolean;
  readonly json?: string;
  /** English. */
  readonly detail?: string;
};

export function schedulesPage(content: SchedulesContent, reader: Reader): PageContent {
  const { schedules, groups, city, nameOfAccount, mayManage, json = '', detail } = content;
  const { language, to } = reader;
  const t = controlWords(language);
  const { timeZone } = city;
  return {
    title: t('schedules'),
    section: '/console/control',
    kind: 'console',
    ...(detail !== undefined && { status: 400 as const }),
    main: (
      <>
        <Breadcrumb
          label={t('title')}
          items={[{ text: t('title'), href: to('/console/control') }, { text: t('schedules') }]}
        />
        <h1>{t('schedules')}</h1>
        <p class="lede">{t('schedules.lede')}</p>
        <p class="note">{t('safety')}</p>
        {schedules.length === 0 && <Empty title={t('schedules.none')} />}
        {schedules.map(({ setting, due }) => (
          <Section id={setting.value.id} title={nameOf(setting.value, language)}>
            <p>
              <Status state={setting.value.enabled ? 'good' : 'none'}>
                {t(setting.value.enabled ? 'schedules.on' : 'schedules.off')}
              </Status>{' '}
              {t('version', { n: setting.version })} ·{' '}
              {t('by', {
                name: whoText(setting.by, nameOfAccount, language),
                time: formatDateTime(setting.at, language, timeZone),
              })}
            </p>
            <Table
              kind="tall"
              label={t('schedules.preview')}
              caption={t('schedules.preview')}
              columns={[
                {
                  head: t('when'),
                  cell: ({ at }: Due) =>
                    `${formatWeekday(at, language, timeZone)} ${formatDateTime(at, language, timeZone)}`,
                },
                { head: t('value'), numeric: true, cell: ({ value }) => String(value) },
              ]}
              rows={due}
            />
            <details>
              <summary>JSON</summary>
              <Code label={setting.value.id} text={JSON.stringify(setting.value, undefined, 2)} />
            </details>
          </Section>
        ))}
        <Section id="groups" title={t('groups')}>
          <Links
            items={groups.map(({ value }) => ({
              href: to(`/console/control/groups/${value.id}`),
              text: `${nameOf(value, language)} (${value.points.length})`,
            }))}
          />
        </Section>
        {mayManage && (
          <Section id="set" title={t('schedules.set')} note={t('schedules.setNote')}>
            {detail !== undefined && (
              <>
                <ErrorSummary title={t('edit.wrong')} items={[{ id: 'json', text: t('wrong.other') }]} />
                <p>
                  <Quoted text={detail} />
                </p>
              </>
            )}
            <Form reader={reader} action={to('/console/control/schedules')}>
              <TextField id="json" name="json" label={t('edit.json')} lines={14} value={json} />
              <TextField id="why" name="why" label={t('edit.why')} optionalWord={t('optional')} value="" />
              <p>
                <button class="btn main" type="submit">
                  {t('edit.save')}
                </button>
              </p>
            </Form>
            <details>
              <summary>{t('edit.example')}</summary>
              <Code label={t('edit.example')} text={JSON.stringify(example, undefined, 2)} />
            </details>
          </Section>
        )}
      </>
    ),
  };
}
