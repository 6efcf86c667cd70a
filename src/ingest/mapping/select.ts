import { Problem } from '../../base/problem.ts';
import type { MappingFile } from './file.ts';
import type { Mapping, PayloadKind } from './mapping.ts';

/**
 * The one mapping of a mapping file for files of this kind.
 * @throws Problem bad-data when there is none, or several and no source says which
 */
export function fileMapping({ mappings }: MappingFile, payload: PayloadKind, source: string | undefined): Mapping {
  const found = mappings.filter((one) => one.payload === payload && (source === undefined || one.source === source));
  const [only] = found;
  if (only && found.length === 1) return only;
  throw new Problem(
    'bad-data',
    found.length === 0
      ? `the mapping file has no mapping with payload "${payload}"${source === undefined ? '' : ` of source ${source}`}`
      : `the mapping file has ${found.length} mappings with payload "${payload}": name the source (${found.map((one) => one.source).join(', ')})`,
    'source',
  );
}
