import { type City, type PageContent, type Reader, Rows, Simulated, Status, uiWords } from '../../ui/index.ts';
import type { Now, ViewName } from '../view.ts';
import { utilityWords } from './messages/index.ts';

/** `/utilities`: a line for each view, grey unless there is trouble. */
export function overviewPage(
  lines: readonly { readonly name: ViewName; readonly now: Now }[],
  reader: Reader,
  _city: City,
): PageContent {
  const { language, to } = reader;
  const t = utilityWords(language);
  return {
    title: t('title'),
    section: '/utilities',
    description: t('lede'),
    main: (
      <>
        <h1>{t('title')}</h1>
        <p class="lede">{t('lede')}</p>
        <Rows
          items={lines.map(({ name, now }) => (
            <>
              <h2>
                <a href={to(`/utilities/${name}`)}>{t(`${name}.title`)}</a>
              </h2>
              <p>{now.text}</p>
              <p class="proof">
                <Status state={now.state}>{t(`state.${now.state}`)}</Status>{' '}
                <Simulated word={uiWords(language)('simulated')} when={now.simulated} /> {t('proof')}
              </p>
            </>
          ))}
        />
      </>
    ),
  };
}
