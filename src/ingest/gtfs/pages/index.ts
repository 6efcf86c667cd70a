/** The pages of stops. */
import type { Hono } from 'hono';
import { Problem } from '../../../base/problem.ts';
import type { Site } from '../../../ui/index.ts';
import { timeReader, type TimeReader } from '../../mapping/time.ts';
import type { Boards } from '../board.ts';
import { lastRanMs } from '../lastRun.ts';
import { stopAsked } from '../http.ts';
import { stopsNear } from '../search.ts';
import type { HeldTimetables } from '../timetables.ts';
import { transitWords } from './messages/index.ts';
import { stopPage } from './stop.tsx';
import { stopsPage } from './stops.tsx';

export type StopPagesDeps = {
  readonly site: Site;
  readonly timetables: HeldTimetables;
  readonly boards: Boards;
  /** Whether a source gives values that were not measured. */
  readonly isSimulated: (source: string) => boolean;
};

const linesShown = 12;
const withinMs = 2 * 3_600_000;
const nearM = 400;
const nearShown = 5;
const readIso = timeReader('iso', undefined) as TimeReader;

export function stopPages(app: Hono, deps: StopPagesDeps): void {
  const { site, timetables, boards, isSimulated } = deps;
  site.page(app, '/stops', (reader) => stopsPage({ site, timetables }, reader));
  site.page(app, '/stops/:id{.+}', (reader) => {
    const { source, stop } = stopAsked(timetables, reader.params['id'] ?? '');
    const text = reader.query.get('from');
    const fromMs = text === null ? reader.now : readIso(text);
    if (fromMs === undefined) {
      throw new Problem(
        'invalid-request',
        `from: found "${text?.slice(0, 60)}", wanted an instant with its offset`,
        'from',
      );
    }
    // What leaves in this very minute is still to be caught.
    const board = boards.of({ source, stop, fromMs: fromMs - (fromMs % 60_000), withinMs, limit: linesShown });
    const { position } = board.stop;
    const near = position
      ? stopsNear(timetables.list(), position, { maxM: nearM, limit: nearShown + 1 }).filter(
          (found) => found.stop.id !== stop,
        )
      : [];
    const ranMs = board.outside === 'ended' ? lastRanMs(board.timetable, reader.now) : undefined;
    return stopPage(
      site,
      {
        board,
        near: near.slice(0, nearShown),
        asked: text !== null,
        simulated: isSimulated(source),
        ...(ranMs !== undefined && { lastRanMs: ranMs }),
      },
      reader,
    );
  });
}

/** In the navigation only where there is a timetable. */
export function stopsEntry(timetables: HeldTimetables, language: string): readonly { href: string; text: string }[] {
  return timetables.held().length === 0 ? [] : [{ href: '/stops', text: transitWords(language)('stops') }];
}
