/** `/developers`: what there is, where to begin. */
import { Code, Links, Section, Table, type PageContent, type Reader } from '../../ui/index.ts';
import { clientLanguages, tourFiles, type ClientLanguage, type Tour } from '../examples.ts';
import { developerWords, type DeveloperKey } from './messages/index.ts';
import type { Group } from './operation.tsx';

export function overviewPage(
  { groups, tours }: { groups: readonly Group[]; tours: ReadonlyMap<ClientLanguage, Tour> },
  reader: Reader,
): PageContent {
  const t = developerWords(reader.language);
  return {
    title: t('title'),
    description: t('lede'),
    main: (
      <>
        <h1>{t('title')}</h1>
        <p class="lede">{t('lede')}</p>
        <Section id="operations" title={t('operations')} note={t('english')}>
          <Table
            label={t('operations')}
            columns={[
              {
                head: t('group'),
                cell: ({ name }) => <a href={reader.to(`/developers/${name}`)}>{t(`group_${name}` as DeveloperKey)}</a>,
              },
              { head: t('operations'), cell: ({ operations }) => t('operationsCount', { n: operations.length }) },
            ]}
            rows={groups}
          />
          <p>{t('documentText')}</p>
          <Links
            items={[
              { href: '/api/openapi.json', text: t('document') },
              { href: reader.to('/developers/models'), text: t('models') },
            ]}
          />
        </Section>
        <Section id="start" title={t('start')} note={t('startText')}>
          {clientLanguages.map((language) => (
            <>
              <details>
                <summary>{t('example', { language })}</summary>
                <Code label={t('example', { language })} text={tours.get(language)?.text ?? ''} />
              </details>
              <Links
                items={[
                  {
                    href: `/api/examples/${tourFiles[language]}`,
                    text: t('download', { file: tourFiles[language] }),
                    download: tourFiles[language],
                  },
                ]}
              />
            </>
          ))}
        </Section>
      </>
    ),
  };
}
