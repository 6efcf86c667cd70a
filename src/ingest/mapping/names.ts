/** Names to IRIs. */
export type Expand = (name: string) => string;

const core: Readonly<Record<string, string>> = {
  location: 'https://uri.etsi.org/ngsi-ld/location',
  observationSpace: 'https://uri.etsi.org/ngsi-ld/observationSpace',
  operationSpace: 'https://uri.etsi.org/ngsi-ld/operationSpace',
  status: 'https://uri.etsi.org/ngsi-ld/status',
  description: 'http://purl.org/dc/terms/description',
  title: 'http://purl.org/dc/terms/title',
};

/** Expands with the terms of the file, then the core's, then the default vocabulary. */
export function expander(terms: Readonly<Record<string, string>>): Expand {
  return (name) =>
    core[name] ??
    (Object.hasOwn(terms, name) ? terms[name] : undefined) ??
    (/^https?:\/\//.test(name) ? name : `https://uri.etsi.org/ngsi-ld/default-context/${name}`);
}

const defaults = expander({});
/** Sub-attribute of a value: `flagged`, `invalid` or `missing`; absent = measured and good. */
export const statusAttribute = defaults('status');
/** Property of every entity that a source made: the id of the source. */
export const sourceAttribute = defaults('source');
