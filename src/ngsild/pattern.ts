/**
 * Regular expressions whose search takes time linear in the text, whatever the pattern: compiled to a
 * nondeterministic automaton and walked state set by state set, never by backtracking. No back references, no
 * look-around, no word boundaries. For `~=` and `!~=` of q (4.9) and for idPattern.
 */
import { Problem } from '../base/problem.ts';

export type Pattern = {
  /** True when the pattern is found anywhere in the text, as regexec of IEEE 1003.2 does it; `^` and `$` tie it. */
  test(text: string): boolean;
};

type CharTest = (code: number) => boolean;
/** `char` consumes one code point; `split` continues in two states; `start` and `end` are `^` and `$`. */
type State =
  | { readonly kind: 'char'; readonly test: CharTest; next: number }
  | { readonly kind: 'split'; a: number; b: number }
  | { readonly kind: 'start' | 'end' | 'empty'; next: number }
  | { readonly kind: 'match' };

type Node =
  | { readonly node: 'char'; readonly test: CharTest }
  | { readonly node: 'start' | 'end' | 'empty' }
  | { readonly node: 'all' | 'any'; readonly of: readonly Node[] }
  | { readonly node: 'repeat'; readonly of: Node; readonly min: number; readonly max: number };

const maxLength = 500;
const maxStates = 2000;
const maxRepeat = 1000;

const compiled = new Map<string, Pattern>();

/**
 * @param pattern POSIX-like syntax with `\d \w \s`, `(?:...)`, a leading `(?i)`, lazy quantifiers (which make no
 *   difference here)
 * @throws Problem bad-data (faulty or not of the subset), too-complex
 */
export function compilePattern(pattern: string, field?: string): Pattern {
  const known = compiled.get(pattern);
  if (known) return known;
  if (pattern.length > maxLength) {
    throw new Problem('too-complex', `a pattern has at most ${maxLength} characters`, field);
  }
  const ignoreCase = pattern.startsWith('(?i)');
  const node = parse(ignoreCase ? pattern.slice(4) : pattern, field);
  const made = search(build(node, ignoreCase, field));
  if (compiled.size >= 500) compiled.clear();
  compiled.set(pattern, made);
  return made;
}

function parse(text: string, field: string | undefined): Node {
  const source = Array.from(text);
  let at = 0;
  let depth = 0;
  const fail = (detail: string): never => {
    throw new Problem('bad-data', `in the pattern, character ${at + 1}: ${detail}`, field);
  };
  const alternatives = (): Node => {
    const of = [sequence()];
    while (source[at] === '|') {
      at++;
      of.push(sequence());
    }
    return of.length === 1 ? (of[0] ?? { node: 'empty' }) : { node: 'any', of };
  };
  const sequence = (): Node => {
    const of: Node[] = [];
    while (at < source.length && source[at] !== '|' && source[at] !== ')') of.push(repeated());
    return of.length === 1 ? (of[0] ?? { node: 'empty' }) : { node: 'all', of };
  };
  const repeated = (): Node => {
    const of = atom();
    const sign = source[at];
    let range: [number, number] | undefined;
    if (sign === '*') range = [0, Infinity];
    else if (sign === '+') range = [1, Infinity];
    else if (sign === '?') range = [0, 1];
    else if (sign === '{') range = counted();
    if (!range) return of;
    if (sign !== '{') at++;
    if (source[at] === '?') at++;
    else if (source[at] === '+') fail('possessive quantifiers are not supported');
    // IEEE 1003.2 leaves open what `a**` means; what follows is read as an atom, and a quantifier is none.
    return { node: 'repeat', of, min: range[0], max: range[1] };
  };
  const counted = (): [number, number] => {
    const match = /^\{(\d{1,4})(,(\d{1,4})?)?\}/.exec(source.slice(at, at + 12).join(''));
    if (!match) return fail('a count like {2}, {2,} or {2,5} is expected');
    at += match[0].length;
    const min = Number(match[1]);
    const max = match[2] === undefined ? min : match[3] === undefined ? Infinity : Number(match[3]);
    if (min > maxRepeat || (max !== Infinity && max > maxRepeat)) fail(`at most ${maxRepeat} repetitions`);
    if (min > max) fail('the count ends before it begins');
    return [min, max];
  };
  const atom = (): Node => {
    const char = source[at++] ?? fail('the pattern ends too early');
    switch (char) {
      case '.':
        return { node: 'char', test: (code) => code !== 10 && code !== 13 };
      case '^':
        return { node: 'start' };
      case '$':
        return { node: 'end' };
      case '[':
        return { node: 'char', test: charClass() };
      case '(': {
        if (++depth > 50) fail('too many nested groups');
        if (source[at] === '?') {
          if (source[at + 1] !== ':') fail('only the group (?:...) is supported');
          at += 2;
        }
        const inner = alternatives();
        if (source[at++] !== ')') fail('a parenthesis is not closed');
        depth--;
        return inner;
      }
      case '\\':
        return { node: 'char', test: escape() };
      case '*':
      case '+':
      case '?':
      case '{':
        at--;
        return fail('nothing to repeat');
      default:
        return { node: 'char', test: equals(char) };
    }
  };
  const escape = (): CharTest => {
    const char = source[at++] ?? fail('the pattern ends with a backslash');
    const named = classes[char];
    if (named) return named;
    const control = controls[char];
    if (control !== undefined) return (code) => code === control;
    if (/[A-Za-z0-9]/.test(char)) return fail(`\\${char} is not supported`);
    return equals(char);
  };
  const charClass = (): CharTest => {
    const negated = source[at] === '^';
    if (negated) at++;
    const tests: CharTest[] = [];
    let first = true;
    while (first || source[at] !== ']') {
      first = false;
      if (at >= source.length) fail('a bracket is not closed');
      if (source[at] === '[' && source[at + 1] === ':') {
        tests.push(posixClass());
        continue;
      }
      const from = source[at++] ?? '';
      if (from === '\\') {
        tests.push(escape());
        continue;
      }
      if (source[at] !== '-' || source[at + 1] === ']' || source[at + 1] === undefined) {
        tests.push(equals(from));
        continue;
      }
      at++;
      let to = source[at++] ?? '';
      if (to === '\\') to = source[at++] ?? '';
      const low = from.codePointAt(0) ?? 0;
      const high = to.codePointAt(0) ?? 0;
      if (high < low) fail('the range is the wrong way round');
      tests.push((code) => code >= low && code <= high);
    }
    at++;
    return (code) => tests.some((test) => test(code)) !== negated;
  };
  const posixClass = (): CharTest => {
    const match = /^\[:([a-z]+):\]/.exec(source.slice(at, at + 12).join(''));
    const test = match?.[1] === undefined ? undefined : posix[match[1]];
    if (!match || !test) return fail('unknown character class');
    at += match[0].length;
    return test;
  };
  const node = alternatives();
  if (at < source.length) fail('a parenthesis is not open');
  return node;
}

const equals = (char: string): CharTest => {
  const wanted = char.codePointAt(0);
  return (code) => code === wanted;
};
const among =
  (expression: RegExp): CharTest =>
  (code) =>
    expression.test(String.fromCodePoint(code));
const not =
  (test: CharTest): CharTest =>
  (code) =>
    !test(code);
const digit: CharTest = (code) => code >= 48 && code <= 57;
const word: CharTest = (code) =>
  digit(code) || code === 95 || (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
const space = among(/\s/u);
const classes: Record<string, CharTest | undefined> = {
  d: digit,
  w: word,
  s: space,
  D: not(digit),
  W: not(word),
  S: not(space),
};
const controls: Record<string, number | undefined> = { n: 10, r: 13, t: 9, f: 12, v: 11 };
const posix: Record<string, CharTest | undefined> = {
  alpha: among(/\p{L}/u),
  digit,
  alnum: among(/[\p{L}\p{N}]/u),
  upper: among(/\p{Lu}/u),
  lower: among(/\p{Ll}/u),
  space,
  blank: (code) => code === 32 || code === 9,
  punct: among(/[\p{P}\p{S}]/u),
  xdigit: among(/[0-9A-Fa-f]/u),
  cntrl: (code) => code < 32 || code === 127,
  print: (code) => code >= 32 && code !== 127,
  graph: (code) => code > 32 && code !== 127,
};

/** Thompson's construction, from the end to the beginning: `build(node, next)` gives the state in front of `next`. */
function build(node: Node, ignoreCase: boolean, field: string | undefined): { states: State[]; start: number } {
  const states: State[] = [{ kind: 'match' }];
  const add = (state: State): number => {
    if (states.length >= maxStates) throw new Problem('too-complex', 'the pattern is too large', field);
    states.push(state);
    return states.length - 1;
  };
  const before = (node: Node, next: number): number => {
    switch (node.node) {
      case 'char': {
        const { test } = node;
        return add({ kind: 'char', test: ignoreCase ? eitherCase(test) : test, next });
      }
      case 'start':
      case 'end':
      case 'empty':
        return add({ kind: node.node, next });
      case 'all':
        return node.of.reduceRight((after, part) => before(part, after), next);
      case 'any':
        return node.of.map((part) => before(part, next)).reduce((a, b) => add({ kind: 'split', a, b }));
      case 'repeat': {
        let after = next;
        if (node.max === Infinity) {
          const loop: State = { kind: 'split', a: next, b: next };
          after = add(loop);
          loop.a = before(node.of, after);
        } else {
          for (let i = node.min; i < node.max; i++) after = add({ kind: 'split', a: before(node.of, after), b: next });
        }
        for (let i = 0; i < node.min; i++) after = before(node.of, after);
        return after;
      }
    }
  };
  return { start: before(node, 0), states };
}

/** Both cases of a character are tried, since a class may name either. */
function eitherCase(test: CharTest): CharTest {
  return (code) => {
    if (test(code)) return true;
    const char = String.fromCodePoint(code);
    return test(char.toLowerCase().codePointAt(0) ?? code) || test(char.toUpperCase().codePointAt(0) ?? code);
  };
}

function search({ states, start }: { states: readonly State[]; start: number }): Pattern {
  return {
    test(text) {
      // `mark[i] === step` says that state i is already in the set of this step.
      const mark = new Int32Array(states.length).fill(-1);
      let current: number[] = [];
      let next: number[] = [];
      const pending: number[] = [];
      /** Adds a state and all that it reaches without a character; true when the end is among them. */
      const enter = (state: number, into: number[], position: number, isEnd: boolean): boolean => {
        pending.push(state);
        let found = false;
        for (let top = pending.pop(); top !== undefined; top = pending.pop()) {
          const it = states[top];
          if (!it || mark[top] === position) continue;
          mark[top] = position;
          if (it.kind === 'match') found = true;
          else if (it.kind === 'char') into.push(top);
          else if (it.kind === 'split') pending.push(it.a, it.b);
          else if (it.kind === 'empty' || (it.kind === 'start' ? position === 0 : isEnd)) pending.push(it.next);
        }
        return found;
      };
      for (let position = 0; ;) {
        const isEnd = position >= text.length;
        // A search may begin anywhere: the start state joins at every position.
        if (enter(start, current, position, isEnd)) return true;
        if (isEnd) return false;
        const code = text.codePointAt(position) ?? 0;
        position += code > 0xffff ? 2 : 1;
        const atEnd = position >= text.length;
        let found = false;
        for (const index of current) {
          const state = states[index];
          if (state?.kind === 'char' && state.test(code) && enter(state.next, next, position, atEnd)) found = true;
        }
        if (found) return true;
        [current, next] = [next, current];
        next.length = 0;
      }
    },
  };
}
