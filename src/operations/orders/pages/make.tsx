/** `/console/orders/new`: from an alarm, a request, a thing of the city, or by hand. */
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
import { districtsFor } from '../../districts.ts';
import { checklists } from '../checklists.ts';
import { priorities } from '../schema.ts';
import { orderWords } from './messages/index.ts';

const fields = ['title', 'priority', 'district', 'location', 'place', 'entity', 'crew', 'due', 'note'] as const;
type Field = (typeof fields)[number];

export type Making = {
  readonly city: City;
  /** By field. */
  readonly given: Readonly<Record<string, string>>;
  /** The field that is wrong, as its parser names it. */
  readonly wrong?: string;
  /** Accounts that an order may be given to. */
  readonly crews: readonly { readonly id: string; readonly name: string }[];
};

export function makePage({ city, given, wrong: wrongField, crews }: Making, reader: Reader): PageContent {
  const { language } = reader;
  const t = orderWords(language);
  const wrong = fields.find((field) => field === wrongField);
  const wrongOf = (field: Field): { wrong?: string } => (wrong === field ? { wrong: t(`wrong.${field}`) } : {});
  const idOf: Partial<Record<Field, string>> = { location: 'long' };
  const one = (name: string): string => given[name] ?? '';
  const optionalWord = t('optional');
  const from = (['alarm', 'request'] as const).find((name) => one(name) !== '');
  return {
    title: t('new'),
    section: '/console/orders',
    kind: 'console',
    headers: { 'cache-control': 'no-store' },
    ...(wrongField !== undefined && { status: 400 as const }),
    main: (
      <>
        <h1>{t('new')}</h1>
        <p class="lede">{t(from === undefined ? 'newLede' : `newLede.${from}`)}</p>
        {wrongField !== undefined && (
          <ErrorSummary
            title={t('notMade')}
            items={wrong ? [{ id: idOf[wrong] ?? wrong, text: t(`wrong.${wrong}`) }] : []}
          />
        )}
        <Form reader={reader} action={reader.to('/console/orders')}>
          {['alarm', 'request', 'key'].map((name) => (
            <input type="hidden" name={name} value={one(name)} />
          ))}
          <div class="duo even">
            <div>
              <TextField id="title" name="title" label={t('newTitle')} value={one('title')} {...wrongOf('title')} />
              <TextField
                id="description"
                name="description"
                label={t('description')}
                optionalWord={optionalWord}
                lines={3}
                value={one('description')}
              />
              <div id="priority">
                <Picks
                  legend={t('priority')}
                  name="priority"
                  value={one('priority') || '3'}
                  options={priorities.map((value) => ({ value: String(value), text: t(`priority.${value}`) }))}
                />
              </div>
              <TextField
                id="crew"
                name="crew"
                label={t('crew')}
                help={t('crewHelp')}
                optionalWord={optionalWord}
                value={one('crew')}
                {...wrongOf('crew')}
              />
              {crews.length > 0 && (
                <SelectField
                  id="assignee"
                  name="assignee"
                  label={t('assignee')}
                  value={one('assignee')}
                  options={[
                    { value: '', text: t('nobody') },
                    ...crews.map(({ id, name }) => ({ value: id, text: name })),
                  ]}
                />
              )}
              <TextField
                id="due"
                name="due"
                label={t('due')}
                help={t('dueHelp')}
                optionalWord={optionalWord}
                value={one('due')}
                {...wrongOf('due')}
              />
            </div>
            <div>
              <TextField
                id="entity"
                name="entity"
                label={t('asset')}
                help={t('assetHelp')}
                optionalWord={optionalWord}
                value={one('entity')}
                {...wrongOf('entity')}
              />
              <TextField
                id="place"
                name="place"
                label={t('place')}
                help={t('placeHelp')}
                optionalWord={optionalWord}
                value={one('place')}
                {...wrongOf('place')}
              />
              <SelectField
                id="district"
                name="district"
                label={t('district')}
                value={one('district')}
                options={[
                  { value: '', text: t('noDistrict') },
                  ...districtsFor(city, reader.who).map(({ id, name }) => ({
                    value: id,
                    text: inLanguage(name, language).text,
                  })),
                ]}
                {...wrongOf('district')}
              />
              <TextField
                id="long"
                name="long"
                label={t('long')}
                inputMode="decimal"
                optionalWord={optionalWord}
                value={one('long')}
                {...wrongOf('location')}
              />
              <TextField
                id="lat"
                name="lat"
                label={t('lat')}
                inputMode="decimal"
                optionalWord={optionalWord}
                value={one('lat')}
              />
              <TextField
                id="department"
                name="department"
                label={t('department')}
                optionalWord={optionalWord}
                value={one('department')}
              />
              <SelectField
                id="checklist"
                name="checklist"
                label={t('checklist')}
                value={one('checklist')}
                options={[
                  { value: '', text: t('checklistUsual') },
                  ...checklists.map(({ id, name }) => ({ value: id, text: inLanguage(name, language).text })),
                ]}
              />
              <TextField
                id="note"
                name="note"
                label={t('note')}
                help={t('noteHelp')}
                optionalWord={optionalWord}
                lines={3}
                value={one('note')}
                {...wrongOf('note')}
              />
            </div>
          </div>
          <p>
            <button class="btn main" type="submit">
              {t('make')}
            </button>
          </p>
        </Form>
        <Links items={[{ href: reader.to('/console/orders'), text: t('backToList') }]} />
      </>
    ),
  };
}
