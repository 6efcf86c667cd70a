/** The door of the NGSI-LD library: CIM 009 v1.9.1 without any I/O. See README.md. */
export * from './entity.ts';
export * from './query.ts';
export { compileContext, contextUrls, coreContext } from './context.ts';
export type { Context, Name } from './context.ts';
export { coreContextUrl, coreDocument, isCoreUrl } from './core.ts';
export { isName, isScope, isUri, nullMarker } from './datatypes.ts';
export { parseAttribute, parseEntity, parseTypes } from './parse.ts';
export type { InstanceFragment, ParseOptions } from './parse.ts';
export {
  mergeEntity,
  mergeInstance,
  mergeJson,
  parseFragment,
  parseMerge,
  parsePartial,
  patchInstance,
} from './fragment.ts';
export type { Fragment, InstanceName, MergeFragment, MergeOptions } from './fragment.ts';
export {
  representAttribute,
  representEntity,
  representInstance,
  representTypes,
  simplifiedValue,
} from './represent.ts';
export type { Format, JsonObject, RepresentOptions } from './represent.ts';
export { locationIri, representFeature, representFeatures } from './geojson.ts';
export type { FeatureOptions } from './geojson.ts';
export { bestLanguage, parseLanguages } from './language.ts';
export type { LanguageRange } from './language.ts';
export { checkGeometry, geometryTypes, isGeometryType, looksLikeGeometry } from './geometry.ts';
export { parseQ, printQ } from './q.ts';
export type { QOptions } from './q.ts';
export { evaluateQ } from './qEvaluate.ts';
export type { QEvaluation } from './qEvaluate.ts';
export { compilePattern } from './pattern.ts';
export type { Pattern } from './pattern.ts';
