/** Pages that show what lies in the vault stay in no cache, also not in that of the browser. */
export const noStore: Readonly<Record<string, string>> = { 'cache-control': 'no-store' };
