import type { JSX } from 'preact';
import type { Problem } from '../../../base/problem.ts';
import {
  Act,
  Breadcrumb,
  Form,
  ErrorSummary,
  formatNumber,
  type PageContent,
  type Reader,
  problemWords,
  Quoted,
  Rows,
  Section,
  SelectField,
  Table,
  TextField,
  WithDetail,
} from '../../../ui/index.ts';
import { columnRoles, type ColumnChoice, type MappingChoices } from '../../importing/form.ts';
import type { ImportNote, NoteCounts } from '../../importing/notes.ts';
import type { Remark } from '../../importing/remark.ts';
import type { Upload } from '../../importing/uploads.ts';
import type { Omission, Refused } from '../../mapping/index.ts';
import { reasonWord } from '../messages/index.ts';
import { importsWords, type ImportsKey } from './messages/index.ts';

/** One row or feature of the file and what becomes of it. */
export type PreviewRow = {
  readonly number: number;
  readonly text: string;
  /** Id and values, as shown. */
  readonly becomes: readonly { readonly id: string; readonly values: readonly string[] }[];
  /** Left out of what is taken. */
  readonly leftOut: readonly Omission[];
  readonly refused: readonly Refused[];
};

/** What a new source declares; texts in the reader's language. */
export const sourceFields = ['sourceName', 'purpose', 'owner', 'legalBasis', 'retention'] as const;
export type SourceAnswers = Readonly<Record<(typeof sourceFields)[number], string>>;

export type PrepareData = {
  readonly upload: Upload;
  readonly sources: readonly { readonly id: string; readonly name: string }[];
  /** Empty: a new one. */
  readonly source: string;
  readonly answers: SourceAnswers;
  readonly sheets: readonly string[];
  readonly sheet?: string;
  /** Absent: the file needs no mapping (a timetable). */
  readonly choices?: MappingChoices;
  readonly samples: ReadonlyMap<string, readonly string[]>;
  readonly mapping?: string;
  readonly preview: readonly PreviewRow[];
  /** Of whoever looked at the file. */
  readonly doubts: readonly Remark[];
  /** What was met in the rows of the preview. */
  readonly notes: NoteCounts;
  /** What the file or the mapping is refused for. */
  readonly trouble?: Problem;
  /** What has to be answered (differently): of which field, said above the form and beside the field. */
  readonly missing: readonly { readonly id: string; readonly text: string; readonly wrong: string }[];
};

/** `/imports/new/{upload}`: say what the file is, see what becomes of its first rows, take it. */
export function preparePage(data: PrepareData, reader: Reader): PageContent {
  const t = importsWords(reader.language);
  const { upload, choices } = data;
  const title = t('prepare', { name: upload.name });
  return {
    title,
    section: '/sources',
    kind: 'console',
    main: (
      <>
        <Breadcrumb
          label={t('title')}
          items={[{ text: t('title'), href: reader.to('/imports') }, { text: upload.name }]}
        />
        <h1>{title}</h1>
        <p class="lede">{t('prepareLede')}</p>
        <ErrorSummary title={t('errors')} items={data.missing} />
        {data.trouble !== undefined && (
          <div class="errors" role="alert">
            <h2>{t('refusedRow')}</h2>
            <p>
              <WithDetail
                language={reader.language}
                words={problemWords(reader.language)(data.trouble.kind)}
                detail={`${data.trouble.message}${data.trouble.field === undefined ? '' : ` (${data.trouble.field})`}`}
              />
            </p>
          </div>
        )}
        <Form reader={reader} action={reader.to(`/imports/new/${upload.id}`)}>
          {data.sheets.length > 1 && (
            <SelectField
              id="sheet"
              name="sheet"
              label={t('sheet')}
              value={data.sheet ?? ''}
              options={data.sheets.map((name) => ({ value: name, text: name }))}
            />
          )}
          <Whose data={data} reader={reader} />
          {choices !== undefined && <Columns data={data} choices={choices} reader={reader} />}
          {data.mapping !== undefined && (
            <details>
              <summary>{t('asMapping')}</summary>
              <TextField
                id="mapping"
                name="mapping"
                label={t('asMapping')}
                help={t('mappingHelp')}
                value={data.mapping}
                lines={16}
              />
            </details>
          )}
          <p class="acts">
            <button class="btn" type="submit" name="do" value="look">
              {t('look')}
            </button>{' '}
            <button class="btn main" type="submit" name="do" value="take">
              {t('take')}
            </button>
          </p>
        </Form>
        <Preview data={data} reader={reader} />
        <Act reader={reader} action={reader.to(`/imports/new/${upload.id}/remove`)} text={t('throwAway')} />
      </>
    ),
  };
}

function wrongOf(id: string, { missing }: PrepareData): { wrong: string } | Record<never, never> {
  const found = missing.find((one) => one.id === id);
  return found ? { wrong: found.wrong } : {};
}

function Whose({ data, reader }: { data: PrepareData; reader: Reader }): JSX.Element {
  const t = importsWords(reader.language);
  const fields = sourceFields.map((name) => (
    <TextField
      id={name}
      name={name}
      label={t(name)}
      value={data.answers[name]}
      {...(name === 'retention' && { help: t('retentionHelp'), inputMode: 'decimal' as const })}
      {...wrongOf(name, data)}
    />
  ));
  return (
    <Section id="whose" title={t('whose')}>
      <SelectField
        id="source"
        name="source"
        label={t('source')}
        value={data.source}
        options={[
          { value: '', text: t('newSource') },
          ...data.sources.map(({ id, name }) => ({ value: id, text: name })),
        ]}
      />
      {data.source === '' ? (
        fields
      ) : (
        <details>
          <summary>{t('newSource')}</summary>
          {fields}
        </details>
      )}
    </Section>
  );
}

function Columns({
  data,
  choices,
  reader,
}: {
  data: PrepareData;
  choices: MappingChoices;
  reader: Reader;
}): JSX.Element {
  const t = importsWords(reader.language);
  const numbered = choices.columns.map((choice, n) => ({ ...choice, n }));
  const label = (head: ImportsKey, { column }: ColumnChoice): string => `${t(head)}: ${column}`;
  return (
    <>
      <Section id="row" title={t('whatIsRow')}>
        <TextField
          id="type"
          name="type"
          label={t('type')}
          help={t('typeHelp')}
          value={choices.type}
          {...wrongOf('type', data)}
        />
      </Section>
      <Section id="columns" title={t('columns')}>
        <Table
          label={t('columns')}
          columns={[
            {
              head: t('column'),
              cell: (choice: ColumnChoice & { n: number }) => (
                <>
                  {choice.column}
                  <input type="hidden" name={`column${choice.n}`} value={choice.column} />
                </>
              ),
            },
            {
              head: t('samples'),
              cell: ({ column }) => <small>{(data.samples.get(column) ?? []).slice(0, 3).join(' · ')}</small>,
            },
            {
              head: t('role'),
              cell: (choice) => (
                <select name={`role${choice.n}`} id={`role${choice.n}`} aria-label={label('role', choice)}>
                  {columnRoles
                    .filter((role) => role !== 'other' || choice.role === 'other')
                    .map((role) => (
                      <option value={role} selected={role === choice.role}>
                        {t(`role_${role}`)}
                      </option>
                    ))}
                </select>
              ),
            },
            {
              head: t('attribute'),
              cell: (choice) => (
                <input
                  type="text"
                  name={`name${choice.n}`}
                  value={choice.name}
                  aria-label={label('attribute', choice)}
                />
              ),
            },
            {
              head: t('unitCode'),
              cell: (choice) => (
                <input
                  type="text"
                  name={`unit${choice.n}`}
                  value={choice.unitCode}
                  size={5}
                  aria-label={label('unitCode', choice)}
                />
              ),
            },
          ]}
          rows={numbered}
        />
      </Section>
    </>
  );
}

function Preview({ data, reader }: { data: PrepareData; reader: Reader }): JSX.Element {
  const t = importsWords(reader.language);
  return (
    <Section id="preview" title={t('preview')}>
      {data.doubts.length > 0 && (
        <>
          <h3>{t('doubts')}</h3>
          <Rows
            items={data.doubts.map(({ kind, column, text }) => (
              <WithDetail
                language={reader.language}
                words={`${column === undefined ? '' : `${column}: `}${t(`remark_${kind}`)}`}
                detail={text}
              />
            ))}
          />
        </>
      )}
      <Notes notes={data.notes} reader={reader} />
      {data.preview.length > 0 && (
        <Table
          label={t('preview')}
          columns={[
            { head: t('row'), cell: (row: PreviewRow) => formatNumber(row.number, reader.language), numeric: true },
            {
              head: t('becomes'),
              cell: ({ becomes, leftOut, refused }) => (
                <>
                  {becomes.map(({ id, values }) => (
                    <p>
                      <b>{id}</b>
                      <br />
                      <small>{values.join(' · ')}</small>
                    </p>
                  ))}
                  {leftOut.map(({ kind, detail }) => (
                    <p>
                      {t(`note_${kind}`)} <Quoted text={detail} />
                    </p>
                  ))}
                  {refused.map(({ reason, detail }) => (
                    <p>
                      <b>{t('refusedRow')}</b>: {reasonWord(reason, reader.language)} <Quoted text={detail} />
                    </p>
                  ))}
                </>
              ),
            },
          ]}
          rows={data.preview}
        />
      )}
    </Section>
  );
}

/** What was met in a file, each with its count. */
export function Notes({ notes, reader }: { notes: NoteCounts; reader: Reader }): JSX.Element | null {
  const t = importsWords(reader.language);
  const met = Object.entries(notes);
  if (met.length === 0) return null;
  return (
    <p class="proof">
      {t('notes')}:{' '}
      {met.map(([note, n]) => `${t(`note_${note as ImportNote}`)} ${formatNumber(n, reader.language)}`).join('; ')}
    </p>
  );
}
