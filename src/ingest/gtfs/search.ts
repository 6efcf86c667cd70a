/** Finding stops: by name, by what stands on the pole, by nearness. */
import { distanceM } from '../../city/index.ts';
import type { Position } from '../../city/profile.ts';
import { foldForSearch } from '../../ui/index.ts';
import type { Timetable } from './timetable.ts';
import type { Stop } from './words.ts';

export type FoundStop = {
  readonly source: string;
  readonly timetable: Timetable;
  readonly stop: Stop;
  /** Metres from where was asked, as the crow flies. */
  readonly distanceM?: number;
};

type Among = readonly { readonly source: string; readonly timetable: Timetable }[];

/** Stops and stations; an entrance or a node is no place where one waits. */
const isPlace = ({ locationType }: Stop): boolean => locationType <= 1;

/** Nearest first. */
export function stopsNear(
  among: Among,
  position: Position,
  options: { maxM: number; limit: number },
): readonly FoundStop[] {
  const found: FoundStop[] = [];
  for (const { source, timetable } of among) {
    for (const stop of timetable.stops()) {
      if (!isPlace(stop) || !stop.position) continue;
      const far = distanceM(position, stop.position);
      if (far <= options.maxM) found.push({ source, timetable, stop, distanceM: far });
    }
  }
  return found.sort((a, b) => (a.distanceM ?? 0) - (b.distanceM ?? 0)).slice(0, options.limit);
}

/** Every word has to be in one of the names, or the text is the code on the pole; names that begin with it come first. */
export function stopsNamed(among: Among, text: string, limit: number): readonly FoundStop[] {
  const wanted = foldForSearch(text.trim());
  const words = wanted.split(/\s+/).filter((word) => word !== '');
  if (words.length === 0) return [];
  const found: { rank: number; at: FoundStop }[] = [];
  for (const { source, timetable } of among) {
    for (const stop of timetable.stops()) {
      if (!isPlace(stop)) continue;
      const rank = rankOf(stop, wanted, words);
      if (rank !== undefined) found.push({ rank, at: { source, timetable, stop } });
    }
  }
  return found
    .sort((a, b) => a.rank - b.rank || (a.at.stop.name < b.at.stop.name ? -1 : 1))
    .slice(0, limit)
    .map(({ at }) => at);
}

function rankOf({ id, code, name, names }: Stop, wanted: string, words: readonly string[]): number | undefined {
  if (foldForSearch(code ?? '') === wanted || foldForSearch(id) === wanted) return 0;
  let best: number | undefined;
  for (const text of new Set([name, ...Object.values(names)])) {
    const folded = foldForSearch(text);
    if (!words.every((word) => folded.includes(word))) continue;
    best = Math.min(best ?? 9, folded === wanted ? 1 : folded.startsWith(wanted) ? 2 : 3);
  }
  return best;
}
