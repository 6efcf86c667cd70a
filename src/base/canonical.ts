/** JSON text that is equal when the values are: members in order of their names. */
export function canonicalJson(value: unknown, plain: (value: unknown) => unknown = (same) => same): string {
  const part = plain(value);
  if (typeof part !== 'object' || part === null) return JSON.stringify(part) ?? 'null';
  if (Array.isArray(part)) return `[${part.map((item) => canonicalJson(item, plain)).join(',')}]`;
  const members = Object.entries(part)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member, plain)}`);
  return `{${members.join(',')}}`;
}
