/** `npm run sbom`: writes `docs/sbom.cdx.json`, the bill of materials in CycloneDX 1.6. The same lock gives the same bytes. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { lockedPackages, type LockedPackage } from './licences.ts';

const file = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));
export const sbomPath = file('docs/sbom.cdx.json');

/** `@scope/name` -> the package URL that vulnerability scanners know it by. */
const purl = ({ name, version }: Pick<LockedPackage, 'name' | 'version'>): string =>
  `pkg:npm/${name.replace('@', '%40')}@${version}`;

/** An integrity of the lock (`sha512-BASE64`) as CycloneDX wants it. */
function hashes(integrity: string | undefined): { alg: string; content: string }[] {
  const [, bits = '', base64 = ''] = /^sha(256|384|512)-(.+)$/.exec(integrity ?? '') ?? [];
  return bits ? [{ alg: `SHA-${bits}`, content: Buffer.from(base64, 'base64').toString('hex') }] : [];
}

/** Without serial number and time, which CycloneDX leaves open: what is the same must look the same. */
export function sbom(packageText: string, lockText: string): string {
  const { name, version, license } = JSON.parse(packageText) as { name: string; version: string; license: string };
  const bill = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: {
        type: 'application',
        'bom-ref': `pkg:npm/${name}@${version}`,
        name,
        version,
        licenses: [{ license: { id: license } }],
      },
    },
    components: lockedPackages(lockText).map((locked) => ({
      type: 'library',
      'bom-ref': purl(locked),
      name: locked.name,
      version: locked.version,
      // "optional": a tool of development, not part of what a city runs.
      scope: locked.dev ? 'optional' : 'required',
      hashes: hashes(locked.integrity),
      licenses: /[ (]/.test(locked.licence) ? [{ expression: locked.licence }] : [{ license: { id: locked.licence } }],
      purl: purl(locked),
    })),
  };
  return `${JSON.stringify(bill, null, 1)}\n`;
}

if (import.meta.main) {
  writeFileSync(
    sbomPath,
    sbom(readFileSync(file('package.json'), 'utf8'), readFileSync(file('package-lock.json'), 'utf8')),
  );
}
