/** `/console/alarms/new`: what no sensor sees. */
import {
  type City,
  ErrorSummary,
  Form,
  inLanguage,
  Links,
  type PageContent,
  Picks,
  type Reader,
  SelectField,
  TextField,
} from '../../../ui/index.ts';
import { priorities } from '../schema.ts';
import { alarmWords } from './messages/index.ts';

const fields = ['title', 'priority', 'subject', 'district', 'place', 'location', 'note'] as const;
type Field = (typeof fields)[number];

export function manualPage(
  {
    districts,
    given,
    wrong: wrongField,
  }: {
    /** To choose from. */
    districts: City['districts'];
    given: Readonly<Record<string, string>>;
    /** A field; `place`: one where the reader may not raise any. */
    wrong?: string;
  },
  reader: Reader,
): PageContent {
  const { language } = reader;
  const t = alarmWords(language);
  const wrong = fields.find((field) => field === wrongField);
  const wrongOf = (field: Field): { wrong?: string } => (wrong === field ? { wrong: t(`wrong.${field}`) } : {});
  const idOf: Partial<Record<Field, string>> = { location: 'long', place: 'district' };
  return {
    title: t('manual'),
    section: '/console/alarms',
    kind: 'console',
    ...(wrongField !== undefined && { status: wrong === 'place' ? (403 as const) : (400 as const) }),
    main: (
      <>
        <h1>{t('manual')}</h1>
        <p class="lede">{t('manualLede')}</p>
        {wrongField !== undefined && (
          <ErrorSummary
            title={t('notRaised')}
            items={wrong ? [{ id: idOf[wrong] ?? wrong, text: t(`wrong.${wrong}`) }] : []}
          />
        )}
        <Form reader={reader} action={reader.to('/console/alarms')}>
          <TextField
            id="title"
            name="title"
            label={t('manualTitle')}
            help={t('manualTitleHelp')}
            value={given['title'] ?? ''}
            {...wrongOf('title')}
          />
          <div id="priority">
            <Picks
              legend={t('priority')}
              name="priority"
              value={given['priority'] ?? '2'}
              options={priorities.map((one) => ({ value: String(one), text: t(`priority.${one}`) }))}
            />
          </div>
          <SelectField
            id="district"
            name="district"
            label={t('district')}
            value={given['district'] ?? ''}
            options={[
              { value: '', text: t('noDistrict') },
              ...districts.map(({ id, name }) => ({ value: id, text: inLanguage(name, language).text })),
            ]}
            {...wrongOf(wrong === 'place' ? 'place' : 'district')}
          />
          <TextField
            id="subject"
            name="subject"
            label={t('manualSubject')}
            help={t('manualSubjectHelp')}
            value={given['subject'] ?? reader.query.get('subject') ?? ''}
            {...wrongOf('subject')}
          />
          <TextField
            id="long"
            name="long"
            label={t('long')}
            inputMode="decimal"
            value={given['long'] ?? ''}
            {...wrongOf('location')}
          />
          <TextField id="lat" name="lat" label={t('lat')} inputMode="decimal" value={given['lat'] ?? ''} />
          <TextField
            id="note"
            name="note"
            label={t('note')}
            help={t('noteHelp')}
            lines={3}
            value={given['note'] ?? ''}
            {...wrongOf('note')}
          />
          <p>
            <button class="btn main" type="submit">
              {t('raise')}
            </button>
          </p>
        </Form>
        <Links items={[{ href: reader.to('/console/alarms'), text: t('backToList') }]} />
      </>
    ),
  };
}
