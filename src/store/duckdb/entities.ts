/** Which entities history knows by name. */
import type { Database } from './database.ts';

export type CandidatesQuestion = {
  readonly tenant: number;
  readonly names?: readonly string[];
  /** Kinds whose types match. */
  readonly kinds: readonly number[];
  /** Only names that come after this one. */
  readonly after?: string;
  readonly limit: number;
};

export type Candidate = readonly [id: number, name: string];

/** Ordered by name, as bytes. */
export function readCandidates(
  database: Database,
  { tenant, names, kinds, after, limit }: CandidatesQuestion,
): Promise<readonly Candidate[]> {
  return database.read(async (read) => {
    const values: string[] = [];
    const value = (text: string) => `$${values.push(text)}::VARCHAR`;
    const where = [
      `tenant = ${tenant}`,
      kinds.length > 0 ? `kind IN (${kinds.join(', ')})` : 'false',
      ...(names ? [names.length > 0 ? `name IN (${names.map(value).join(', ')})` : 'false'] : []),
      ...(after === undefined ? [] : [`name > ${value(after)}`]),
    ].join(' AND ');
    return read.all(
      `SELECT id, name FROM entities WHERE ${where} ORDER BY name LIMIT ${limit}`,
      values,
    ) as Promise<unknown> as Promise<Candidate[]>;
  });
}
