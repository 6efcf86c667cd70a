/**
 * The type selection language. CIM 009 v1.9.1, 4.17:
 *
 *   types = one *( ( "|" / "," ) one )
 *   one   = name-or-URI / "(" name-or-URI *( ";" name-or-URI ) ")"
 *
 * Parentheses around a disjunction are taken too: the conformance suite writes them.
 */
import { Problem } from '../base/problem.ts';
import type { Context } from './context.ts';
import type { TypeNode } from './query.ts';

const maxTypes = 500;

/**
 * @returns undefined for `*`: entities of every type
 * @throws Problem bad-data (field `type, character 5`), too-complex
 */
export function parseTypeSelection(text: string, context: Context, parameter = 'type'): TypeNode | undefined {
  if (text === '*') return undefined;
  let at = 0;
  let count = 0;
  const fail = (detail: string): never => {
    throw new Problem('bad-data', detail, `${parameter}, character ${at + 1}`);
  };
  const type = (): TypeNode => {
    const start = at;
    while (at < text.length && !'|,;()'.includes(text[at] ?? '')) at++;
    const word = text.slice(start, at);
    if (word === '') return fail('a type is expected');
    if (++count > maxTypes) throw new Problem('too-complex', `at most ${maxTypes} types`, parameter);
    const { iri, fault } = context.name(word);
    if (fault !== undefined || iri.startsWith('@')) {
      at = start;
      return fail(fault ?? `"${word}" is no type`);
    }
    return { node: 'type', iri };
  };
  const one = (): TypeNode => {
    if (text[at] !== '(') return type();
    at++;
    const of = [type()];
    const joins = text[at] === ';' ? ';' : '|,';
    while (text[at] !== undefined && joins.includes(text[at] ?? '')) {
      at++;
      of.push(type());
    }
    if (text[at] !== ')') return fail('")" is expected');
    at++;
    return of.length === 1 ? (of[0] as TypeNode) : { node: joins === ';' ? 'and' : 'or', of };
  };
  const parts = [one()];
  while (text[at] === '|' || text[at] === ',') {
    at++;
    parts.push(one());
  }
  const of = parts.flatMap((part) => (part.node === 'or' ? part.of : [part]));
  if (at < text.length) fail(`"${text[at]}" is not expected here`);
  return of.length === 1 ? (of[0] as TypeNode) : { node: 'or', of };
}

/** Writes a selection, so that it parses back to the same tree. */
export function printTypeSelection(node: TypeNode, context: Context): string {
  if (node.node === 'type') return context.compact(node.iri);
  const parts = node.of.map((part) => printTypeSelection(part, context));
  return node.node === 'or' ? parts.join('|') : `(${parts.join(';')})`;
}

/** True when an entity of these types (IRIs) is selected. */
export function evaluateTypes(node: TypeNode, types: readonly string[]): boolean {
  if (node.node === 'type') return types.includes(node.iri);
  return node.node === 'and'
    ? node.of.every((part) => evaluateTypes(part, types))
    : node.of.some((part) => evaluateTypes(part, types));
}
