/** Which entities history knows. */
import type { Database } from './database.ts';

export type EntitiesQuestion = {
  readonly tenant: number;
  readonly names?: readonly string[];
  readonly pattern?: string;
  /** Kinds whose types match. */
  readonly kinds?: readonly number[];
};

/** Ordered by name, as bytes. */
export function readEntities(
  database: Database,
  { tenant, names, pattern, kinds }: EntitiesQuestion,
  page: { limit: number; offset: number; count?: boolean },
): Promise<{ names: readonly string[]; count?: number }> {
  return database.read(async (read) => {
    const values: string[] = [];
    const value = (text: string) => `$${values.push(text)}::VARCHAR`;
    const where = [
      `tenant = ${tenant}`,
      ...(names ? [names.length > 0 ? `name IN (${names.map(value).join(', ')})` : 'false'] : []),
      ...(pattern === undefined ? [] : [`regexp_matches(name, ${value(pattern)})`]),
      ...(kinds ? [kinds.length > 0 ? `kind IN (${kinds.join(', ')})` : 'false'] : []),
    ].join(' AND ');
    const rows = await read.all(
      `SELECT name FROM entities WHERE ${where} ORDER BY name LIMIT ${page.limit} OFFSET ${page.offset}`,
      values,
    );
    const answer = { names: rows.map(([name]) => String(name)) };
    if (!page.count) return answer;
    const [total] = await read.all(`SELECT count(*)::DOUBLE FROM entities WHERE ${where}`, values);
    return { ...answer, count: total?.[0] as number };
  });
}
