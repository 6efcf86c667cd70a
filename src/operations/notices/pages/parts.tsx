import type { JSX } from 'preact';
import {
  type City,
  formatDateTime,
  inLanguage,
  type Reader,
  Simulated,
  type State as Look,
  Status,
  uiWords,
} from '../../../ui/index.ts';
import { markedText } from '../cap.ts';
import { areaText, ownWords, rangeText, saidIn } from '../compose.ts';
import { type Notice, type State, stateOf } from '../schema.ts';
import { templateOf, withdrawals } from '../templates.ts';
import { noticeWords } from './messages/index.ts';

/** What a page is given of the city. */
export type Shown = { readonly city: City };

/** A danger in force is trouble, an outage asks for attention, what is over is quiet. */
export function lookOf(notice: Notice, state: State): Look {
  if (state === 'over' || state === 'withdrawn') return 'quiet';
  const { severity } = notice.version.draft;
  return state === 'inForce' && (severity === 'Severe' || severity === 'Extreme') ? 'trouble' : 'warn';
}

export function StateOf({ notice, reader }: { notice: Notice; reader: Reader }): JSX.Element {
  const state = stateOf(notice, reader.now);
  return <Status state={lookOf(notice, state)}>{noticeWords(reader.language)(`state_${state}`)}</Status>;
}

/** The language of a text where it is not the reader's. */
export const otherThan = (asked: string, language: string): string | undefined =>
  language === asked ? undefined : language;

/** Free text, marked where it is not in the reader's language. */
export function OwnWords({
  notice,
  language,
}: {
  notice: Pick<Notice, 'version'>;
  language: string;
}): JSX.Element | null {
  const own = ownWords(notice.version.draft, language);
  if (!own) return null;
  const lines = own.text.split('\n').flatMap((line, n) => (n === 0 ? [line] : [<br />, line]));
  if (own.language === language) return <p>{lines}</p>;
  return (
    <p>
      {markedText({ text: '', language: own.language }, language)} <span lang={own.language}>{lines}</span>
    </p>
  );
}

/** A notice in a list: what happens where and when, what to do, and its proof. */
export function NoticeRow({
  notice,
  reader,
  city,
  href,
  children,
}: Shown & { notice: Notice; reader: Reader; href: string; children?: JSX.Element | string }): JSX.Element {
  const { language } = reader;
  const { version } = notice;
  const said = saidIn(version, language);
  const lang = otherThan(language, said.language);
  const withdrawal = withdrawals[version.withdrawal ?? ''];
  return (
    <>
      <h3>
        <a href={reader.to(href)} lang={lang}>
          {said.headline}
        </a>
      </h3>
      {withdrawal && <p>{inLanguage(withdrawal, language).text}</p>}
      {said.instruction !== '' && !withdrawal && <p lang={lang}>{said.instruction}</p>}
      <p class="proof">
        <StateOf notice={notice} reader={reader} /> ·{' '}
        {noticeWords(language)(`kind_${templateOf(version.draft.template).kind}`)} ·{' '}
        {areaText(version.draft, city, language)} · {rangeText(version.draft, language, city.timeZone)}{' '}
        <Simulated word={uiWords(language)('simulated')} when={notice.simulated} />
      </p>
      {children}
    </>
  );
}

export const momentOf = (at: number, { language }: Reader, city: City): string =>
  formatDateTime(at, language, city.timeZone);
