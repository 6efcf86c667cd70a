/** `/console/control/new`, `/console/control/import`, `/console/control/ID/edit`: the limits, as JSON. */
import {
  Breadcrumb,
  Code,
  ErrorSummary,
  Form,
  type PageContent,
  Quoted,
  type Reader,
  TextField,
} from '../../../ui/index.ts';
import { controlWords } from './messages/index.ts';
import { pointPath } from './words.ts';

const example = {
  id: 'valve-12',
  kind: 'valve',
  entity: 'urn:ngsi-ld:Valve:12',
  attribute: 'position',
  channel: { kind: 'mqtt', topic: 'water/valve-12/commands', payload: { id: '{id}', position: '{value}' } },
  range: { min: 0, max: 100, step: 10 },
  unitCode: 'P1',
  readBack: { tolerance: 2, within: 'PT60S' },
  expires: 'PT5M',
  dangerous: true,
};

export type EditContent = {
  /** Id of the point that is changed; absent: new ones. */
  readonly id?: string;
  readonly version: number;
  readonly json: string;
  readonly why?: string;
  /** English: what is wrong, and where. */
  readonly detail?: string;
};

export function editPage({ id, version, json, why = '', detail }: EditContent, reader: Reader): PageContent {
  const { language, to } = reader;
  const t = controlWords(language);
  const title = id === undefined ? t('edit.new') : `${t('edit.change')}: ${id}`;
  return {
    title,
    section: '/console/control',
    kind: 'console',
    ...(detail !== undefined && { status: 400 as const }),
    main: (
      <>
        <Breadcrumb
          label={t('title')}
          items={[
            { text: t('title'), href: to('/console/control') },
            ...(id === undefined ? [] : [{ text: id, href: to(pointPath(id)) }]),
            { text: id === undefined ? t('edit.new') : t('edit.title') },
          ]}
        />
        <h1>{title}</h1>
        <p class="lede">{t('edit.note')}</p>
        {detail !== undefined && (
          <>
            <ErrorSummary title={t('edit.wrong')} items={[{ id: 'json', text: t('wrong.other') }]} />
            <p>
              <Quoted text={detail} />
            </p>
          </>
        )}
        <Form reader={reader} action={to(id === undefined ? '/console/control/import' : `${pointPath(id)}/edit`)}>
          <input type="hidden" name="version" value={version} />
          <TextField
            id="json"
            name="json"
            label={t('edit.json')}
            lines={18}
            value={json}
            {...(detail !== undefined && { wrong: t('wrong.other') })}
          />
          <TextField id="why" name="why" label={t('edit.why')} optionalWord={t('optional')} value={why} />
          <p>
            <button class="btn main" type="submit">
              {t('edit.save')}
            </button>
          </p>
        </Form>
        {id !== undefined && (
          <Form reader={reader} action={to(`${pointPath(id)}/remove`)}>
            <input type="hidden" name="version" value={version} />
            <p>
              <button class="btn" type="submit">
                {t('edit.remove')}
              </button>
            </p>
          </Form>
        )}
        {id === undefined && (
          <details>
            <summary>{t('edit.example')}</summary>
            <Code label={t('edit.example')} text={JSON.stringify(example, undefined, 2)} />
          </details>
        )}
      </>
    ),
  };
}
