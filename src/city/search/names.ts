/** The words of all names, and which names hold them: exact, by their beginning, with one letter wrong. */

export type NameIndex = {
  /** Names that hold every word, each with how well; lower is better: 0 for all words as they are. */
  find(words: readonly string[], options: { typosFrom: number }): Map<number, number>;
  readonly words: number;
};

/** Of a word that begins with the one asked, and of one with a letter wrong. */
export const faults = { prefix: 2, typo: 5, typoPrefix: 7 } as const;

/** @param names the folded words of each name */
export function nameIndex(names: readonly (readonly string[])[]): NameIndex {
  const byWord = new Map<string, number[]>();
  names.forEach((words, name) => {
    for (const word of new Set(words)) {
      const there = byWord.get(word);
      if (there) there.push(name);
      else byWord.set(word, [name]);
    }
  });
  const vocabulary = [...byWord.keys()].sort();
  const holders = vocabulary.map((word) => Uint32Array.from(byWord.get(word) as number[]));
  byWord.clear();
  const byLength = new Map<number, number[]>();
  vocabulary.forEach((word, i) => {
    const there = byLength.get(word.length);
    if (there) there.push(i);
    else byLength.set(word.length, [i]);
  });
  const longest = Math.max(0, ...byLength.keys());

  const place = (word: string): number => {
    let [low, high] = [0, vocabulary.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((vocabulary[middle] as string) < word) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  /** Words of the vocabulary that the asked one may mean, best first: index and fault. */
  const meant = (word: string, typosFrom: number): [number, number][] => {
    const found: [number, number][] = [];
    // "1" does not mean "12", and one letter would mean half the city.
    const isWhole = word.length < 2 || /^\d+$/.test(word);
    for (let i = place(word); i < vocabulary.length; i++) {
      const here = vocabulary[i] as string;
      if (!here.startsWith(word)) break;
      if (here === word) found.push([i, 0]);
      else if (isWhole) break;
      else found.push([i, faults.prefix]);
    }
    if (found.length > 0 || isWhole || word.length < typosFrom) return found;
    for (let length = word.length - 1; length <= longest; length++) {
      for (const i of byLength.get(length) ?? []) {
        const fault = oneOff(word, vocabulary[i] as string);
        if (fault > 0) found.push([i, fault]);
      }
    }
    return found.sort(([, a], [, b]) => a - b);
  };

  return {
    words: vocabulary.length,
    find: (asked, { typosFrom }) => {
      const all = asked
        .map((word) => meant(word, typosFrom))
        .map((list) => ({ list, cost: list.reduce((sum, [i]) => sum + (holders[i] as Uint32Array).length, 0) }))
        .sort((a, b) => a.cost - b.cost);
      let matched = new Map<number, number>();
      all.forEach(({ list }, step) => {
        const next = new Map<number, number>();
        for (const [i, fault] of list) {
          for (const name of holders[i] as Uint32Array) {
            const before = step === 0 ? 0 : matched.get(name);
            if (before === undefined || next.has(name)) continue;
            next.set(name, before + fault);
          }
        }
        matched = next;
      });
      return matched;
    },
  };
}

/** One letter more, less, other, or two changed places; also where the word goes on behind. 0: neither. */
function oneOff(asked: string, word: string): number {
  let same = 0;
  while (same < asked.length && asked[same] === word[same]) same++;
  // The first letter is the one that people get right.
  if (same === 0) return 0;
  const rest = asked.slice(same);
  const tries: readonly (readonly [string, string])[] = [
    [rest.slice(1), word.slice(same + 1)],
    [rest.slice(1), word.slice(same)],
    [rest, word.slice(same + 1)],
  ];
  const isSwapped = rest.length > 1 && rest[0] === word[same + 1] && rest[1] === word[same];
  let best = 0;
  for (const [left, there] of isSwapped ? [...tries, [rest.slice(2), word.slice(same + 2)] as const] : tries) {
    if (left === there) return faults.typo;
    if (there.startsWith(left)) best = faults.typoPrefix;
  }
  return best;
}
