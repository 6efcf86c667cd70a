/**
 * Opens the city in a directory and imports a file, or takes an import back, telling what it has done; it kills itself in the
 * middle, some moments after it has told of a given number of steps.
 */
import { systemPrincipal } from '../../http/principal.ts';
import '../../tsx.ts';

const [, , data = '', work = '', what = '', mappingFile = '', steps = '0', momentMs = '0'] = process.argv;
const { openTestCity } = await import('../../../test/fixtures/testCity.ts');
const { loadMapping } = await import('../index.ts');
const platform = await openTestCity({ data, housekeeping: false });
let left = Number(steps);
const onProgress = (): void => {
  if (--left === 0) setTimeout(() => process.kill(process.pid, 'SIGKILL'), Number(momentMs));
};
const result =
  work === 'import'
    ? await platform.ingest.importFile({
        file: what,
        mapping: await loadMapping(mappingFile),
        batch: 100,
        rejectsFile: `${what}.rejects.csv`,
        onProgress,
      })
    : await platform.ingest.imports.undo(what, { batch: 4, onProgress });
// Waits for history.
await platform.broker.historyEntities(systemPrincipal, 0, {}, { limit: 1, offset: 0 });
const digest = await platform.history.digest();
const { entities } = await platform.broker.query(
  systemPrincipal,
  0,
  { type: { node: 'type', iri: 'https://uri.etsi.org/ngsi-ld/default-context/Station' } },
  { limit: 1000, offset: 0 },
);
process.stdout.write(JSON.stringify({ result, digest, entities }));
await platform.close();
