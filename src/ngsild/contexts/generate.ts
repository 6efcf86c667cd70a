/**
 * Makes the bundled term tables (`v1.9.json`, ...) from the published core contexts. Run by hand when ETSI publishes:
 *   node src/ngsild/contexts/generate.ts ../shared/data/contexts
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TermTable } from '../core.ts';

const versions = ['1.3', '1.4', '1.6', '1.7', '1.8', '1.9'];
const source = process.argv[2];
if (source === undefined) throw new Error('usage: generate.ts DIRECTORY');

type Published = Record<string, string | number | boolean | { '@id': string; '@type'?: string; '@container'?: string }>;

for (const version of versions) {
  const text = readFileSync(join(source, `ngsi-ld-core-context-v${version}.jsonld`), 'utf8');
  // Some copies begin with a line that names their address.
  const context = (JSON.parse(text.slice(text.indexOf('{'))) as { '@context': Published })['@context'];
  const expand = (iri: string): string => {
    const at = iri.indexOf(':');
    const namespace = at > 0 ? context[iri.slice(0, at)] : undefined;
    if (typeof namespace === 'string') return namespace + iri.slice(at + 1);
    const other = context[iri];
    if (at < 0 && typeof other === 'string' && other !== iri) return expand(other);
    return iri;
  };
  const vocab = context['@vocab'];
  if (typeof vocab !== 'string') throw new Error(`core v${version} has no @vocab`);
  const table: Record<string, TermTable[string]> = {};
  for (const [term, definition] of Object.entries(context)) {
    if (term.startsWith('@') && term !== '@vocab') continue;
    if (typeof definition === 'string') {
      const iri = expand(definition);
      table[term] = iri.includes(':') || iri.startsWith('@') ? iri : vocab + iri;
    } else if (typeof definition === 'object') {
      table[term] = {
        id: expand(definition['@id']),
        ...(definition['@type'] && { type: definition['@type'] }),
        ...(definition['@container'] && { container: definition['@container'] }),
      };
    }
  }
  writeFileSync(join(import.meta.dirname, `v${version}.json`), `${JSON.stringify(table, null, 2)}\n`);
}
