/** The mapping language: from a payload to readings. */
export { joinMappingFiles, loadMappingFile, parseMappingFile, type MappingFile } from './file.ts';
export { isFilePayload, type CollectionRule, type Mapping, type PayloadKind } from './mapping.ts';
export { type TableForm } from './tableForm.ts';
export { sourceAttribute, statusAttribute } from './names.ts';
export { fileMapping } from './select.ts';
export {
  omissions,
  refusals,
  refused,
  type Omission,
  type OmissionKind,
  type Refusal,
  type Refused,
  type Taken,
  type Target,
} from './reading.ts';
export { matchTopic } from './topic.ts';
