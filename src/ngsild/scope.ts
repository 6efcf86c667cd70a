/**
 * The scope language scopeQ. CIM 009 v1.9.1, 4.19:
 *
 *   scopes = one *( ( "|" / "," ) one )
 *   one    = scope *( ";" scope ) / "(" scope *( ";" scope ) ")"
 *   scope  = 1*( "/" ( name / "+" ) ) [ "/#" ] / "/#"
 *
 * The standard wants the parentheses around `;`, its test suite leaves them away: they change nothing.
 */
import { Problem } from '../base/problem.ts';
import type { ScopeNode } from './query.ts';

const levelPattern = /^(?:\+|\p{L}[\p{L}\p{N}_]*)$/u;
const maxScopes = 200;

/** @throws Problem bad-data (field `scopeQ, character 5`), too-complex */
export function parseScopeQ(text: string, parameter = 'scopeQ'): ScopeNode {
  let at = 0;
  let count = 0;
  const fail = (detail: string, position = at): never => {
    throw new Problem('bad-data', detail, `${parameter}, character ${position + 1}`);
  };
  const scope = (): ScopeNode => {
    const start = at;
    while (at < text.length && !'|,;()'.includes(text[at] ?? '')) at++;
    const word = text.slice(start, at);
    if (++count > maxScopes) throw new Problem('too-complex', `at most ${maxScopes} scopes`, parameter);
    if (word === '/#') return { node: 'scope', levels: [], below: true };
    const below = word.endsWith('/#');
    // The first slash may be missing, as in an example of the standard.
    const levels = (below ? word.slice(0, -2) : word).replace(/^\//, '').split('/');
    if (!levels.every((level) => levelPattern.test(level)))
      fail('a scope is like /Dushanbe/+/Park or /Dushanbe/#', start);
    return { node: 'scope', levels, below };
  };
  const one = (): ScopeNode => {
    const enclosed = text[at] === '(';
    if (enclosed) at++;
    const of = [scope()];
    while (text[at] === ';') {
      at++;
      of.push(scope());
    }
    if (enclosed && text[at++] !== ')') return fail('")" is expected', at - 1);
    return of.length === 1 ? (of[0] as ScopeNode) : { node: 'and', of };
  };
  const of = [one()];
  while (text[at] === '|' || text[at] === ',') {
    at++;
    of.push(one());
  }
  if (at < text.length) fail(`"${text[at]}" is not expected here`);
  return of.length === 1 ? (of[0] as ScopeNode) : { node: 'or', of };
}

/** Writes a tree, so that it parses back to the same tree. */
export function printScopeQ(node: ScopeNode): string {
  if (node.node === 'scope') return `${node.levels.map((level) => `/${level}`).join('')}${node.below ? '/#' : ''}`;
  const parts = node.of.map(printScopeQ);
  return node.node === 'or' ? parts.join('|') : `(${parts.join(';')})`;
}

/** True when an entity with these scopes is selected; one without scopes never is. */
export function evaluateScope(node: ScopeNode, scopes: readonly string[] = []): boolean {
  if (node.node !== 'scope') {
    const holds = (part: ScopeNode): boolean => evaluateScope(part, scopes);
    return node.node === 'and' ? node.of.every(holds) : node.of.some(holds);
  }
  return scopes.some((scope) => {
    const levels = scope.replace(/^\//, '').split('/');
    const long = node.below ? levels.length >= node.levels.length : levels.length === node.levels.length;
    return long && node.levels.every((wanted, i) => wanted === '+' || wanted === levels[i]);
  });
}
