/** Fails when a package, of the program or of its tools, stands under a licence that we have not agreed to. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const agreed = new Set('MIT ISC 0BSD BSD-2-Clause BSD-3-Clause Apache-2.0 MPL-2.0 CC0-1.0 OFL-1.1'.split(' '));

/** Others, each with its reason. An entry that nothing needs any more is an error too. */
const exceptions: Readonly<Record<string, { licence: string; reason: string }>> = {
  'make-plural': {
    licence: 'Unicode-DFS-2016',
    reason: 'plural rules are Unicode CLDR data; the licence is as free as MIT and asks for its notice only',
  },
};

export type LockedPackage = {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  readonly dev: boolean;
  readonly integrity: string | undefined;
};

/** The packages that `package-lock.json` names, one per name and version, in order. */
export function lockedPackages(lockText: string): LockedPackage[] {
  type Entry = { version?: string; license?: string; dev?: boolean; integrity?: string };
  const { packages } = JSON.parse(lockText) as { packages: Record<string, Entry> };
  const found = new Map<string, LockedPackage>();
  for (const [path, { version = '', license = 'none named', dev = false, integrity }] of Object.entries(packages)) {
    if (path === '') continue;
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    const known = found.get(`${name}@${version}`);
    found.set(`${name}@${version}`, { name, version, licence: license, dev: dev && known?.dev !== false, integrity });
  }
  return [...found.values()].sort((a, b) => (`${a.name}@${a.version}` < `${b.name}@${b.version}` ? -1 : 1));
}

/** SPDX expressions as they occur: one id, or a choice in brackets, of which one agreed licence is enough. */
export const isAgreed = (expression: string): boolean =>
  expression
    .replaceAll(/[()]/g, '')
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((id) => agreed.has(id.trim())));

/** Sentences about what is wrong; empty when all is well. */
export function licenceFaults(packages: readonly LockedPackage[]): string[] {
  const faults: string[] = [];
  const needed = new Set<string>();
  for (const { name, version, licence } of packages) {
    if (isAgreed(licence)) continue;
    if (exceptions[name]?.licence === licence) needed.add(name);
    else faults.push(`${name} ${version} stands under "${licence}", which is not agreed to`);
  }
  for (const name of Object.keys(exceptions)) {
    if (!needed.has(name)) faults.push(`the exception for ${name} in scripts/licences.ts is not needed any more`);
  }
  return faults;
}

if (import.meta.main) {
  const lock = readFileSync(fileURLToPath(new URL('../package-lock.json', import.meta.url)), 'utf8');
  const packages = lockedPackages(lock);
  const faults = licenceFaults(packages);
  for (const fault of faults) process.stdout.write(`${fault}\n`);
  process.stdout.write(`${packages.length} packages, ${faults.length} with a licence not agreed to\n`);
  process.exitCode = faults.length > 0 || packages.length === 0 ? 1 : 0;
}
