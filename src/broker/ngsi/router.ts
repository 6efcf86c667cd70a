import { Problem } from '../../base/problem.ts';
import type { Operation } from './operation.ts';

type Place = {
  readonly below: Map<string, Place>;
  parameter?: [string, Place];
  readonly methods: Map<string, Operation>;
};

const place = (): Place => ({ below: new Map(), methods: new Map() });

export type Found = { readonly operation: Operation; readonly parameters: Readonly<Record<string, string>> };

/** Finds operations by method and path. */
export function router(operations: readonly Operation[]) {
  const root = place();
  for (const operation of operations) {
    let at = root;
    for (const segment of operation.path.slice(1).split('/')) {
      const name = /^\{(\w+)\}$/.exec(segment)?.[1];
      if (name !== undefined) {
        at.parameter ??= [name, place()];
        at = at.parameter[1];
      } else {
        const next = at.below.get(segment) ?? place();
        at.below.set(segment, next);
        at = next;
      }
    }
    if (at.methods.has(operation.method)) throw new Error(`two operations on ${operation.method} ${operation.path}`);
    at.methods.set(operation.method, operation);
  }
  /**
   * @param segments decoded, below `/ngsi-ld/v1`
   * @throws Problem not-found; bad-data when a part of the path is empty (5.6.2.4: the id "is not present");
   * method-not-allowed, whose field is the header Allow
   */
  return (method: string, segments: readonly string[]): Found => {
    let at: Place | undefined = root;
    const parameters: Record<string, string> = {};
    for (const [n, segment] of segments.entries()) {
      const next: Place | undefined = at.below.get(segment);
      if (next) at = next;
      // A slash at the end says nothing, unless the thing itself is missing: `PATCH /entities/`.
      else if (segment === '' && n === segments.length - 1 && (n > 1 || isOfList(at, method))) break;
      else if (at.parameter) {
        parameters[at.parameter[0]] = segment;
        at = at.parameter[1];
      } else throw nowhere(segments);
    }
    if (at.methods.size === 0) throw nowhere(segments);
    const operation = at.methods.get(method);
    if (!operation) {
      const allow = [...at.methods.keys()].join(', ');
      throw new Problem('method-not-allowed', `${method} is not one of ${allow}`, allow);
    }
    for (const name in parameters) {
      if (parameters[name] === '') throw new Problem('bad-data', `the path has no ${name}`, name);
    }
    return { operation, parameters };
  };
}

const isOfList = ({ methods, parameter }: Place, method: string): boolean =>
  methods.has(method) || parameter?.[1].methods.get(method)?.listWithoutId === true;

const nowhere = (segments: readonly string[]) =>
  new Problem('not-found', `there is no resource /ngsi-ld/v1/${segments.join('/')}`);

/**
 * 6.3.20: what an operation does not know is refused, not ignored; so is what is said twice.
 * @throws Problem invalid-request; bad-data (local)
 */
export function checkParameters(operation: Operation, query: URLSearchParams): void {
  const seen = new Set<string>();
  for (const [name, value] of query) {
    if (seen.has(name)) throw new Problem('invalid-request', 'the parameter is given twice', name);
    seen.add(name);
    if (!operation.parameters.includes(name)) {
      throw new Problem('invalid-request', `the parameter "${name.slice(0, 50)}" is not known here (6.3.20)`, name);
    }
    // Nearly every operation takes it (5.5.13), and those that need not read it take no nonsense.
    if (name === 'local' && value !== 'true' && value !== 'false')
      throw new Problem('bad-data', 'local is true or false', 'local');
    if (name !== 'options' || value === '') continue;
    for (const option of value.split(',')) {
      if (operation.options?.includes(option) === true) continue;
      throw new Problem('invalid-request', `the option "${option.slice(0, 50)}" is not known here (6.3.20)`, 'options');
    }
  }
}
