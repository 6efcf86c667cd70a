/**
 * The query language q. CIM 009 v1.9.1, 4.9:
 *
 *   query     = and *( "|" and )                     `;` binds before `|`
 *   and       = term *( ";" term )
 *   term      = "(" query ")" / attribute [ operator values ]
 *   attribute = name "{" [ types ":" ] attribute "}" / name *( "." name ) [ "[" member *( "." member ) "]" ]
 *   operator  = "==" / "!=" / ">=" / ">" / "<=" / "<" / "~=" / "!~="
 *   values    = literal / literal ".." literal / literal 1*( "," literal ) / pattern
 */
import { Problem } from '../base/problem.ts';
import { parseDate, parseInstant, parseTime } from '../base/time.ts';
import type { Context } from './context.ts';
import { isUri } from './datatypes.ts';
import { compilePattern } from './pattern.ts';
import type { AttributePath, QLiteral, QNode } from './query.ts';

export type QOptions = {
  /** Names (as written, not IRIs) whose values are terms to be expanded: the parameter `expandValues`. */
  readonly expandValues?: readonly string[];
  /** What a Problem calls the place; default `q`. */
  readonly parameter?: string;
};

const maxLength = 16_384;
const maxNodes = 300;
const maxDepth = 20;
const maxValues = 1000;
const maxPath = 10;

const namePattern = /[\p{L}][\p{L}\p{N}_]*(?::[\p{L}][\p{L}\p{N}_]*)?/uy;
const wordPattern = /[\p{L}][\p{L}\p{N}_]*/uy;
const operatorPattern = /==|!=|!~=|~=|>=|>|<=|</y;
const numberPattern = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const stringPattern = /"(?:[^"\\]|\\.)*"/sy;

/**
 * Parses q; names become IRIs through the context.
 * @param text decoded, as it stands in a body
 * @throws Problem bad-data (field `q, character 7`), too-complex
 */
export function parseQ(text: string, context: Context, options: QOptions = {}): QNode {
  const { expandValues = [], parameter = 'q' } = options;
  const where = (at: number): string => `${parameter}, character ${at + 1}`;
  let at = 0;
  let nodes = 0;
  let depth = 0;
  if (text.length > maxLength) {
    throw new Problem('too-complex', `${parameter} has at most ${maxLength} characters`, parameter);
  }

  const fail = (detail: string, position = at): never => {
    throw new Problem('bad-data', detail, where(position));
  };
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  };
  const count = <T>(node: T): T => {
    if (++nodes > maxNodes) throw new Problem('too-complex', `${parameter} has more than ${maxNodes} terms`, where(at));
    return node;
  };
  const joined = (node: 'and' | 'or', sign: string, part: () => QNode): QNode => {
    const first = part();
    if (text[at] !== sign) return first;
    const of = first.node === node ? [...first.of] : [first];
    while (text[at] === sign) {
      at++;
      const next = part();
      if (next.node === node) of.push(...next.of);
      else of.push(next);
    }
    return { node, of };
  };
  const query = (): QNode => joined('or', '|', () => joined('and', ';', term));
  const term = (): QNode => {
    if (text[at] !== '(') return count(comparison());
    if (++depth > maxDepth) {
      throw new Problem('too-complex', `${parameter} is nested deeper than ${maxDepth} levels`, where(at));
    }
    at++;
    const inner = query();
    if (text[at] !== ')') fail('")" is expected');
    at++;
    depth--;
    return inner;
  };

  const name = (): string => {
    const start = at;
    const found = take(namePattern);
    if (found === undefined)
      return fail(at < text.length ? 'an attribute name is expected' : `${parameter} ends too early`);
    return iriOf(found, start);
  };
  const iriOf = (word: string, position: number): string => {
    const { iri, fault } = context.name(word);
    if (fault !== undefined) fail(fault, position);
    if (iri.startsWith('@')) fail(`"${word}" cannot be queried with ${parameter}`, position);
    return iri;
  };
  const attribute = (): AttributePath => {
    const via: { name: string; types: readonly string[] }[] = [];
    let names = [name()];
    while (text[at] === '{') {
      at++;
      if (via.length >= maxPath) throw new Problem('too-complex', 'the path is too long', where(at));
      const types = typeHint();
      via.push({ name: names[0] ?? '', types });
      names = [name()];
    }
    while (text[at] === '.') {
      at++;
      if (names.length >= maxPath) throw new Problem('too-complex', 'the path is too long', where(at));
      names.push(name());
    }
    const inner = text[at] === '[' ? members() : [];
    for (let i = 0; i < via.length; i++) {
      if (text[at] !== '}') fail('"}" is expected');
      at++;
    }
    return via.length > 0 ? { names, inner, via } : { names, inner };
  };
  /** `Type:` or `TypeA,TypeB:` in front of an attribute of a linked entity. */
  const typeHint = (): readonly string[] => {
    const start = at;
    const types: string[] = [];
    for (;;) {
      const position = at;
      const word = take(wordPattern);
      if (word === undefined) break;
      if (text[at] === ',' || text[at] === ':') types.push(iriOf(word, position));
      else break;
      if (text[at++] !== ':') continue;
      // `{ex:level}`: what ends like a namespace is the prefix of a name, not a type.
      if (types.length === 1 && /[/#:]$/.test(types[0] ?? '')) break;
      return types;
    }
    at = start;
    return [];
  };
  const members = (): readonly string[] => {
    const start = at;
    const end = text.indexOf(']', at);
    if (end < 0) fail('"]" is missing');
    const inner = text.slice(at + 1, end).split('.');
    if (inner.some((member) => member === '' || member.includes('['))) fail('a member name is expected', start + 1);
    if (inner.length > maxPath) throw new Problem('too-complex', 'the path is too long', where(at));
    at = end + 1;
    return inner;
  };

  const comparison = (): QNode => {
    const start = at;
    const path = attribute();
    const written = text.slice(start, at);
    const op = take(operatorPattern);
    if (op === undefined) return { node: 'exists', path };
    if (op === '~=' || op === '!~=') return { node: 'match', path, op, pattern: pattern() };
    if (op !== '==' && op !== '!=') {
      const position = at;
      const { value, range } = operand(undefined);
      if (range || value.kind === 'boolean' || value.kind === 'uri' || text[at] === ',') {
        fail(`${op} compares with one number, text or time`, position);
      }
      return { node: 'compare', path, op: op as '>', value };
    }
    const expanded = expandValues.includes(written) ? written : undefined;
    const { value, range } = operand(expanded);
    if (range) return { node: 'range', path, op, from: range.from, to: range.to };
    if (text[at] !== ',') return { node: 'compare', path, op, value };
    const values = [value];
    while (text[at] === ',') {
      const position = at++;
      const next = operand(expanded);
      if (next.range) fail('a list has no ranges', position);
      values.push(next.value);
      if (values.length > maxValues)
        throw new Problem('too-complex', `a list has at most ${maxValues} values`, where(at));
    }
    return { node: 'oneOf', path, op, values };
  };

  const operand = (expanded: string | undefined): { value: QLiteral; range?: { from: QLiteral; to: QLiteral } } => {
    const start = at;
    const value = text[at] === '"' ? quoted(expanded) : undefined;
    if (value) {
      if (!text.startsWith('..', at)) return { value };
      at += 2;
      const to = text[at] === '"' ? quoted(undefined) : literal(bare(), start, undefined);
      return { value, range: ordered(value, to, start) };
    }
    const token = bare();
    const dots = token.indexOf('..');
    if (dots > 0 && !isUri(token)) {
      const from = literal(token.slice(0, dots), start, undefined);
      const rest = token.slice(dots + 2);
      if (rest !== '') return { value: from, range: ordered(from, literal(rest, start + dots + 2, undefined), start) };
    }
    if (token.endsWith('..') && text[at] === '"') {
      const from = literal(token.slice(0, -2), start, undefined);
      return { value: from, range: ordered(from, quoted(undefined), start) };
    }
    return { value: literal(token, start, expanded) };
  };
  const ordered = (from: QLiteral, to: QLiteral, position: number): { from: QLiteral; to: QLiteral } => {
    if (from.kind === 'boolean' || from.kind === 'uri' || from.kind !== to.kind) {
      fail('a range runs between two numbers, two texts or two times', position);
    }
    return { from, to };
  };
  const quoted = (expanded: string | undefined): QLiteral => {
    const position = at;
    const found = take(stringPattern) ?? fail('the quotation mark is not closed');
    let value: string;
    try {
      value = JSON.parse(found) as string;
    } catch {
      return fail('the text is no JSON string', position);
    }
    return expanded === undefined ? { kind: 'string', value } : { kind: 'uri', value: context.expand(value) };
  };
  /** Everything up to the end of the term. */
  const bare = (): string => {
    const start = at;
    while (at < text.length && !';|,)"'.includes(text[at] ?? '')) at++;
    return text.slice(start, at);
  };
  const literal = (token: string, position: number, expanded: string | undefined): QLiteral => {
    if (token === '') return fail('a value is expected', position);
    if (token === 'true' || token === 'false') return { kind: 'boolean', value: token === 'true' };
    if (numberPattern.test(token)) {
      const value = Number(token);
      return Number.isFinite(value) ? { kind: 'number', value } : fail('the number is too large', position);
    }
    if (parseInstant(token) !== undefined) return { kind: 'instant', value: token };
    if (parseTime(token) !== undefined) return { kind: 'time', value: token };
    if (parseDate(token) !== undefined) return { kind: 'string', value: token };
    if (expanded !== undefined) return { kind: 'uri', value: context.expand(token) };
    if (isUri(token)) return { kind: 'uri', value: token };
    return fail(`"${token.slice(0, 50)}" is no value: a text stands in quotation marks`, position);
  };
  const pattern = (): string => {
    const position = at;
    const found = text[at] === '"' ? quotedPattern() : barePattern();
    if (found === '') fail('a pattern is expected', position);
    compilePattern(found, where(position));
    return found;
  };
  const quotedPattern = (): string => {
    const found = take(stringPattern) ?? fail('the quotation mark is not closed');
    try {
      return JSON.parse(found) as string;
    } catch {
      // `"\d+"` is no JSON, but everybody writes it.
      return found.slice(1, -1);
    }
  };
  /** Up to a `;`, `|` or `)` that belongs to q: outside brackets and parentheses of the pattern. */
  const barePattern = (): string => {
    const start = at;
    let open = 0;
    let inClass = false;
    for (; at < text.length; at++) {
      const char = text[at];
      if (char === '\\') at++;
      else if (inClass) inClass = char !== ']';
      else if (char === '[') inClass = true;
      else if (char === '(') open++;
      else if (char === ')' && open-- === 0) break;
      else if ((char === ';' || char === '|') && open === 0) break;
    }
    at = Math.min(at, text.length);
    return text.slice(start, at);
  };

  const node = query();
  if (at < text.length) fail(`"${text[at]}" is not expected here`);
  return node;
}

/** Writes a tree as q, so that it parses back to the same tree. */
export function printQ(node: QNode, context: Context): string {
  switch (node.node) {
    case 'and':
      return node.of
        .map((part) => (part.node === 'or' ? `(${printQ(part, context)})` : printQ(part, context)))
        .join(';');
    case 'or':
      return node.of.map((part) => printQ(part, context)).join('|');
    case 'exists':
      return printPath(node.path, context);
    case 'compare':
      return `${printPath(node.path, context)}${node.op}${printLiteral(node.value)}`;
    case 'range':
      return `${printPath(node.path, context)}${node.op}${printLiteral(node.from)}..${printLiteral(node.to)}`;
    case 'oneOf':
      return `${printPath(node.path, context)}${node.op}${node.values.map(printLiteral).join(',')}`;
    case 'match':
      return `${printPath(node.path, context)}${node.op}${JSON.stringify(node.pattern)}`;
  }
}

function printPath({ names, inner, via = [] }: AttributePath, context: Context): string {
  const links = via.map(({ name, types }) => {
    const hint = types.length > 0 ? `${types.map((type) => context.compact(type)).join(',')}:` : '';
    return `${context.compact(name)}{${hint}`;
  });
  const path = names.map((name) => context.compact(name)).join('.');
  return `${links.join('')}${path}${inner.length > 0 ? `[${inner.join('.')}]` : ''}${'}'.repeat(via.length)}`;
}

function printLiteral(literal: QLiteral): string {
  return literal.kind === 'string' ? JSON.stringify(literal.value) : String(literal.value);
}
