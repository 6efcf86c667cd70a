/** Two cannot both do it: who was first. */
import { formatDateTime, Links, type City, type PageContent, type Reader } from '../../../ui/index.ts';
import type { Taken } from '../service.ts';
import { alarmWords } from './messages/index.ts';
import { stepText, whoText } from './words.ts';

export function takenPage(
  { taken, back, city }: { taken: Taken; back: string; city: City },
  reader: Reader,
): PageContent {
  const { language } = reader;
  const t = alarmWords(language);
  const { act, by } = taken;
  const { timeZone } = city;
  const told = { reader, timeZone, nameOf: () => by };
  const name = whoText(act.who, act.step, told);
  const time = formatDateTime(act.at, language, timeZone);
  const step = stepText(act, told);
  return {
    title: t('taken', { name }),
    section: '/console/alarms',
    kind: 'console',
    status: 409,
    main: (
      <>
        <h1>{t('taken', { name })}</h1>
        <p class="lede">{t('takenText', { time, step })}</p>
        <Links items={[{ href: reader.to(back), text: t('backToList') }]} />
      </>
    ),
  };
}
