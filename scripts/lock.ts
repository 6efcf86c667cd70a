/**
 * Completes `package-lock.json` after `npm install`. npm leaves out the optional binaries of other platforms when the
 * registry at hand does not hold them, and then `npm ci` refuses the lock. They are added by version and platform,
 * without integrity, since nothing was downloaded; on their platform npm fetches them by version.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

type Entry = {
  version?: string;
  license?: string;
  dev?: boolean;
  optional?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  optionalDependencies?: Record<string, string>;
};
type Lock = { packages: Record<string, Entry> };

const systems = ['android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'aix', 'win32'];
const processors: readonly (readonly [RegExp, string])[] = [
  [/arm64/, 'arm64'],
  [/arm-|-arm$/, 'arm'],
  [/ia32/, 'ia32'],
  [/loong64/, 'loong64'],
  [/mips64el/, 'mips64el'],
  [/ppc64/, 'ppc64'],
  [/riscv64/, 'riscv64'],
  [/s390x/, 's390x'],
  [/x64/, 'x64'],
];

/** What the name of a binary package says about its platform; undefined when it is not a binary's name. */
function platformOf(name: string): Pick<Entry, 'os' | 'cpu' | 'libc'> | undefined {
  const os = systems.find((system) => name.includes(system));
  const cpu = processors.find(([pattern]) => pattern.test(name))?.[1];
  if (!os || !cpu) return undefined;
  const libc = os !== 'linux' ? undefined : name.includes('musl') ? 'musl' : name.includes('gnu') ? 'glibc' : undefined;
  return { os: [os], cpu: [cpu], ...(libc && { libc: [libc] }) };
}

/** Optional binaries that a package of the lock names and the lock does not hold, as entries to add. */
export function missingBinaries(lock: Lock): [path: string, entry: Entry][] {
  const missing: [string, Entry][] = [];
  for (const [parent, { optionalDependencies = {}, dev, license }] of Object.entries(lock.packages)) {
    for (const [name, version] of Object.entries(optionalDependencies)) {
      const path = `node_modules/${name}`;
      const platform = platformOf(name);
      if (path in lock.packages || `${parent}/${path}` in lock.packages || !platform) continue;
      missing.push([path, { version, ...(license && { license }), ...(dev && { dev }), optional: true, ...platform }]);
    }
  }
  return missing;
}

if (import.meta.main) {
  const file = fileURLToPath(new URL('../package-lock.json', import.meta.url));
  const lock = JSON.parse(readFileSync(file, 'utf8')) as Lock;
  const missing = missingBinaries(lock);
  const entries = Object.entries(lock.packages).concat(missing);
  lock.packages = Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
  process.stdout.write(`${missing.length} binaries of other platforms added to package-lock.json\n`);
}
