/** The door of the NGSI-LD library: CIM 009 v1.9.1 without any I/O. See README.md. */
export * from './entity.ts';
export * from './query.ts';
export { compileContext, contextUrls, coreContext } from './context.ts';
export type { Context, Name } from './context.ts';
export { coreContextUrl, coreDocument, isCoreUrl } from './core.ts';
export type { ContextDocument } from './core.ts';
export { modelDocument } from './models.ts';
export { dueAt, livingAt, sweepOf } from './expiry.ts';
export { apiSchemas, type JsonSchema } from './schemas/index.ts';
export * as schemaWords from './schemas/words.ts';
export { isUri } from './datatypes.ts';
export { parseEntity } from './parse.ts';
export { parseDateTime, sortableInstant } from './members.ts';
export { parseAttribute } from './instances.ts';
export type { InstanceFragment, ParseOptions } from './reading.ts';
export { mergeEntity, parseFragment, parseMerge, parsePartial, patchInstance } from './fragment.ts';
export type { Fragment, InstanceName, MergeFragment } from './fragment.ts';
export { representEntity } from './represent.ts';
export type { Format, JsonObject, RepresentOptions } from './represent.ts';
export { featureCollection, locationIri, representFeature } from './geojson.ts';
export { parseLanguages } from './language.ts';
export { checkGeometry, geometryTypes, isGeometryType } from './geometry.ts';
export { parseQ, printQ } from './q.ts';
export type { QOptions } from './q.ts';
export { evaluateQ, holdsFor, valuesAt } from './qEvaluate.ts';
export type { QEvaluation, Target } from './qEvaluate.ts';
export { compilePattern } from './pattern.ts';
export { asksFor, maskedAttributes, maskedEntity, maskedInstances, maskedOrder, maskedQuery } from './masked.ts';
export { evaluateSight, isOfTypes, showsTypes, sightOfTypes, textsAskedFor, typesHold } from './sight.ts';
export { matchesQuery, matchesSelector } from './matching.ts';
export { evaluateTypes, parseTypeSelection, printTypeSelection } from './types.ts';
export { evaluateScope, parseScopeQ } from './scope.ts';
export { timeProperties } from './temporal.ts';
export { parsePurge, purgeParameters } from './purge.ts';
export type { PurgeRequest } from './purge.ts';
export { parseEntityQuery, parseEntityRetrieve, parsePage } from './entityQuery.ts';
export type { EntityRequest, Page, RequestOptions } from './entityQuery.ts';
export { attributeIri } from './attributeName.ts';
export { parametersOf } from './parameters.ts';
export { joinLevelMax } from './representParameters.ts';
export type { Join, Representation } from './representParameters.ts';
export type { Projection } from './projection.ts';
export { linkedMax, linkedOptions, linksOf, tooManyLinked } from './linked.ts';
export type { Link, LinkedEntities } from './linked.ts';
export { compareOrderKeys, orderKeyOf, orderKeysOf, orderValueOf, parseOrder } from './order.ts';
export type { OrderKey } from './order.ts';
export { parseTemporalQuery, parseTemporalRetrieve } from './temporalQuery.ts';
export type { TemporalFormat, TemporalRequest } from './temporalQuery.ts';
export { parseQueryBody } from './queryBody.ts';
export { attributeDetails, attributeInfo, attributeList, typeDetails, typeInfo, typeList } from './available.ts';
export type { EntityShape } from './available.ts';
export { asOfVersion, currentVersion, pastAsOf } from './version.ts';
export { parseTemporalEntity, parseTemporalFragment, parseTemporalInstance } from './temporalEntity.ts';
export type { TemporalEntity } from './temporalEntity.ts';
export { representAggregate, representPast, representPastValues } from './representTemporal.ts';
export type { PastInstance } from './representTemporal.ts';
export { boundingBox, boxAround, distanceM, earthRadiusM, evaluateGeo } from './geo.ts';
export type { Box, Position } from './shape.ts';
export { notificationTriggers, subscriptionStatus } from './subscription.ts';
export type {
  Endpoint,
  KeyValue,
  NotificationMedia,
  NotificationParameters,
  NotificationTrigger,
  Subscription,
  SubscriptionStatus,
} from './subscription.ts';
export { parseSubscription, updateSubscription } from './subscriptionParse.ts';
export { representSubscription } from './subscriptionRepresent.ts';
export type { SubscriptionState } from './subscriptionRepresent.ts';
export { attributeChanges, matchSubscription } from './subscriptionMatch.ts';
export type { AttributeChange, EntityChange, Notice } from './subscriptionMatch.ts';
export { coalesce, notificationOptions, representNotification } from './notification.ts';
export type { NotificationParts } from './notification.ts';
