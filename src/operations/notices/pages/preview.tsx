import { Form, localeOf, type PageContent, type Reader, Section } from '../../../ui/index.ts';
import type { Fields, Notice } from '../schema.ts';
import { forWork, Path } from './console.tsx';
import { noticeWords } from './messages/index.ts';
import { OwnWords, type Shown } from './parts.tsx';

/** What residents will see, language by language; nothing is published yet. @param fields what makes it, to be sent or changed */
export function previewPage(
  {
    city,
    notice,
    fields,
    sendTo,
  }: Shown & {
    notice: Pick<Notice, 'version'>;
    fields: Fields;
    /** Path without language. */
    sendTo: string;
  },
  reader: Reader,
): PageContent {
  const { language, to } = reader;
  const t = noticeWords(language);
  const { said, draft } = notice.version;
  return {
    title: t('previewTitle'),
    section: '/console/notices',
    ...forWork,
    main: (
      <>
        <Path reader={reader} text={t('previewTitle')} />
        <h1>{t('previewTitle')}</h1>
        <p class="lede">{t('previewLede')}</p>
        {city.languages.map((one) => {
          const text = said[one];
          return (
            <Section id={`in-${one}`} title={localeOf(one).name}>
              {text === undefined ? (
                <p>
                  <span class="st warn">
                    <span>{t('missing')}</span>
                  </span>
                </p>
              ) : (
                <div lang={one}>
                  <p>
                    <b>{text.headline}</b>
                  </p>
                  <p>{text.description}</p>
                  {text.instruction !== '' && <p>{text.instruction}</p>}
                  <OwnWords notice={notice} language={one} />
                </div>
              )}
              {Object.keys(draft.more).length > 0 && draft.more[one] === undefined && (
                <p>
                  <span class="st warn">
                    <span>{t('moreMissing')}</span>
                  </span>
                </p>
              )}
            </Section>
          );
        })}
        <Form reader={reader} action={to(sendTo)}>
          {[...fields].flatMap(([name, values]) =>
            values.map((value) => <input type="hidden" name={name} value={value} />),
          )}
          <p class="nexts">
            <button class="btn main" type="submit">
              {t('send')}
            </button>
            <button class="btn" type="submit" name="act" value="change" formaction={to('/console/notices/preview')}>
              {t('change')}
            </button>
          </p>
        </Form>
      </>
    ),
  };
}
