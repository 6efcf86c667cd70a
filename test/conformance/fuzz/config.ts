/** The configuration that schemathesis is given: which values of parameters it may take from the city, and how often. */
import type { Known } from './city.ts';

type Parameter = {
  readonly name: string;
  readonly in: string;
  readonly schema?: { readonly type?: string; readonly examples?: readonly string[] };
};
export type Document = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly parameters: readonly Parameter[] }>>>>;
};

/** Of the values of a parameter, that many are known ones. A tenant that is not there hides everything else. */
const knownShare = 0.7;
const shares: Readonly<Record<string, number>> = { 'NGSILD-Tenant': 0.97, timeAt: 1, timerel: 0.95 };
/** Examples of the document: a request with all of them at once contradicts itself. */
const exampleShare = 0.06;

/** Answers that say what is so: too busy, an @context that cannot be had. */
const expected = ['2xx', '3xx', '4xx', 503, 504];

/** TOML. @param hooks the file of that name */
export function fuzzConfig(document: Document, known: Known, hooks: string): string {
  const lines = [
    `hooks = ${JSON.stringify(hooks)}`,
    '[checks]',
    `not_a_server_error.expected-statuses = ${JSON.stringify(expected)}`,
  ];
  const operations: string[] = [];
  const dictionaries = new Map<string, string>();
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, { parameters }] of Object.entries(methods)) {
      const bindings = parameters.flatMap((parameter) => {
        const { values, share } = valuesOf(path, parameter, known);
        if (values.length === 0) return [];
        const text = JSON.stringify(values);
        const name = dictionaries.get(text) ?? `d${dictionaries.size}`;
        dictionaries.set(text, name);
        const place = JSON.stringify(`${parameter.in}.${parameter.name}`);
        return [`${place} = { dictionary = "${name}", probability = ${share} }`];
      });
      if (bindings.length === 0) continue;
      const name = JSON.stringify(`${method.toUpperCase()} ${path}`);
      operations.push('', '[[operations]]', `include-name = ${name}`, '[operations.parameters]', ...bindings);
    }
  }
  for (const [values, name] of dictionaries) lines.push('', `[dictionaries.${name}]`, `values = ${values}`);
  return `${[...lines, ...operations].join('\n')}\n`;
}

type Choice = { readonly values: readonly (string | number)[]; readonly share: number };

/** Those of the longest path that is said, else of the name, else the examples of the document. */
function valuesOf(path: string, { name, schema }: Parameter, known: Known): Choice {
  const fitting = Object.keys(known).filter((key) => {
    const [start = '', word = start] = key.split(' ');
    return word === name && (start === word || path.startsWith(start));
  });
  const [best = ''] = fitting.toSorted((a, b) => b.length - a.length);
  const values = known[best];
  if (values) return { values, share: shares[name] ?? knownShare };
  const isNumber = schema?.type === 'integer';
  const examples = schema?.examples ?? [];
  return { values: isNumber ? examples.map(Number) : examples, share: exampleShare };
}
