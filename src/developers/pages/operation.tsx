/** `/developers/{group}`: every operation of a group with its parameters, bodies, answers and examples. */
import type { JSX } from 'preact';
import { Code, Links, Section, Table, type PageContent, type Reader } from '../../ui/index.ts';
import { clientLanguages, type ClientLanguage, type Tour } from '../examples.ts';
import { developerWords, type DeveloperKey } from './messages/index.ts';

/** An operation as the document has it. */
export type Described = {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly summary: string;
  readonly description?: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly in: string;
    readonly required: boolean;
    readonly description: string;
    readonly schema: { readonly examples?: readonly string[] };
  }[];
  /** Media types of the body; empty: it takes none. */
  readonly media: readonly string[];
  /** Name of the schema of the body. */
  readonly body?: string;
  readonly answers: readonly { readonly status: string; readonly description: string; readonly schema?: string }[];
};

/** A schema as text, and an example of it. */
export type SchemaTexts = (name: string) => { readonly text: string; readonly example?: string };

export type Group = { readonly name: string; readonly description: string; readonly operations: readonly Described[] };

export function groupPage(
  { group, tours, schema }: { group: Group; tours: ReadonlyMap<ClientLanguage, Tour>; schema: SchemaTexts },
  reader: Reader,
): PageContent {
  const t = developerWords(reader.language);
  const title = t(`group_${group.name}` as DeveloperKey);
  const shown = group.operations.some(({ name }) => tours.get('curl')?.parts.has(name));
  return {
    title,
    description: group.description,
    main: (
      <>
        <h1>{title}</h1>
        <p class="lede" lang="en">
          {group.description}
        </p>
        <p class="note">{t('english')}</p>
        <Links
          items={[
            ...group.operations.map(({ name, method, summary }) => ({
              href: `#${name}`,
              text: `${method} ${summary}`,
            })),
            { href: reader.to('/developers'), text: t('back') },
          ]}
        />
        {shown && (
          <details>
            <summary>{t('before')}</summary>
            <Examples part="begin" tours={tours} reader={reader} />
          </details>
        )}
        {group.operations.map((operation) => (
          <OperationSection operation={operation} tours={tours} schema={schema} reader={reader} />
        ))}
      </>
    ),
  };
}

function OperationSection({
  operation,
  tours,
  schema,
  reader,
}: {
  operation: Described;
  tours: ReadonlyMap<ClientLanguage, Tour>;
  schema: SchemaTexts;
  reader: Reader;
}): JSX.Element {
  const t = developerWords(reader.language);
  const { name, method, path, summary, description, parameters, media, body, answers } = operation;
  return (
    <Section
      id={name}
      title={<span lang="en">{summary}</span>}
      note={description && <span lang="en">{description}</span>}
    >
      <p>
        <code>
          {method} {path}
        </code>
      </p>
      {parameters.length > 0 && (
        <details>
          <summary>{t('parameters')}</summary>
          <Table
            label={`${t('parameters')}: ${summary}`}
            columns={[
              { head: t('name'), cell: (one) => <code>{one.name}</code> },
              { head: t('place'), cell: (one) => t(`place_${one.in}` as DeveloperKey) },
              {
                head: t('meaning'),
                cell: (one) => (
                  <>
                    <span lang="en">{one.description}</span>
                    {one.required && ` (${t('needed')})`}
                    {one.schema.examples?.[0] !== undefined && (
                      <p class="proof">
                        <code>{one.schema.examples[0]}</code>
                      </p>
                    )}
                  </>
                ),
              },
            ]}
            rows={parameters}
          />
        </details>
      )}
      {media.length > 0 && (
        <details>
          <summary>
            {t('body')}: <code>{media.join(', ')}</code>
          </summary>
          {body !== undefined && (
            <>
              {schema(body).example !== undefined && (
                <Code label={`${t('examples')}: ${body}`} text={schema(body).example ?? ''} />
              )}
              <details>
                <summary>
                  {t('schema')} <code>{body}</code>
                </summary>
                <Code label={`${t('schema')} ${body}`} text={schema(body).text} />
              </details>
            </>
          )}
        </details>
      )}
      <details>
        <summary>{t('answers')}</summary>
        <Table
          label={`${t('answers')}: ${summary}`}
          columns={[
            { head: t('status'), cell: ({ status }) => status },
            { head: t('meaning'), cell: (one) => <span lang="en">{one.description}</span> },
            { head: t('schema'), cell: ({ schema }) => (schema === undefined ? '–' : <code>{schema}</code>) },
          ]}
          rows={answers}
        />
      </details>
      {tours.get('curl')?.parts.has(name) && (
        <details>
          <summary>{t('examples')}</summary>
          <Examples part={name} tours={tours} reader={reader} />
        </details>
      )}
    </Section>
  );
}

function Examples({
  part,
  tours,
  reader,
}: {
  part: string;
  tours: ReadonlyMap<ClientLanguage, Tour>;
  reader: Reader;
}): JSX.Element {
  const t = developerWords(reader.language);
  return (
    <>
      {clientLanguages.map((language) => (
        <>
          <p>
            <b>{language}</b>
          </p>
          <Code label={`${t('example', { language })}: ${part}`} text={tours.get(language)?.parts.get(part) ?? ''} />
        </>
      ))}
    </>
  );
}
