/** What a run of schemathesis sent and got, from its report of events. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

type Case = {
  readonly value: {
    readonly method: string;
    readonly path: string;
    readonly meta?: { readonly generation?: { readonly mode?: string } };
  };
};
type Interaction = { readonly response?: { readonly status_code: number; readonly elapsed: number } | null };
type Scenario = {
  readonly phase: string;
  readonly recorder: {
    readonly cases?: Readonly<Record<string, Case>>;
    readonly interactions?: Readonly<Record<string, Interaction>>;
  };
};

export type Tally = {
  /** Requests by phase. */
  readonly phases: Map<string, number>;
  /** By operation, statuses by class; what was meant to be right counts for itself. */
  readonly operations: Map<string, { right: Map<string, number>; wrong: Map<string, number> }>;
  slowestS: number;
};

export const newTally = (): Tally => ({ phases: new Map(), operations: new Map(), slowestS: 0 });

/** Adds what one run did. @param file of `--report ndjson` */
export async function addReport(tally: Tally, file: string): Promise<void> {
  for await (const line of createInterface({ input: createReadStream(file) })) {
    if (line.startsWith('{"ScenarioFinished"'))
      addScenario(tally, (JSON.parse(line) as { ScenarioFinished: Scenario }).ScenarioFinished);
  }
}

function addScenario(tally: Tally, { phase, recorder }: Scenario): void {
  for (const [id, { response }] of Object.entries(recorder.interactions ?? {})) {
    const value = recorder.cases?.[id]?.value;
    if (!value) continue;
    increase(tally.phases, phase);
    const name = `${value.method} ${value.path}`;
    const counts = tally.operations.get(name) ?? { right: new Map(), wrong: new Map() };
    tally.operations.set(name, counts);
    const isRight = value.meta?.generation?.mode === 'positive';
    increase(counts[isRight ? 'right' : 'wrong'], response ? `${Math.floor(response.status_code / 100)}xx` : 'none');
    tally.slowestS = Math.max(tally.slowestS, response?.elapsed ?? 0);
  }
}

const increase = (counts: Map<string, number>, key: string): void => void counts.set(key, (counts.get(key) ?? 0) + 1);

/** Operations of the document, each with its counts; the last column says whether it was ever done. */
export function operationTable({ operations }: Tally, names: readonly string[]): string {
  const columns = ['2xx', '3xx', '4xx', '5xx', 'none'];
  const width = Math.max(...names.map((name) => name.length));
  const head = `${'operation'.padEnd(width)}${['right', ...columns, 'wrong'].map((word) => word.padStart(7)).join('')}`;
  const rows = names.map((name) => {
    const { right = new Map<string, number>(), wrong = new Map<string, number>() } = operations.get(name) ?? {};
    const cells = [sum(right), ...columns.map((column) => right.get(column) ?? 0), sum(wrong)];
    return `${name.padEnd(width)}${cells.map((cell) => String(cell).padStart(7)).join('')}`;
  });
  return [head, ...rows].join('\n');
}

const sum = (counts: ReadonlyMap<string, number>): number => [...counts.values()].reduce((a, b) => a + b, 0);

/** Operations that were never asked rightly with success: the run proves little of them. */
export const notDone = ({ operations }: Tally, names: readonly string[]): readonly string[] =>
  names.filter((name) => !operations.get(name)?.right.has('2xx'));
