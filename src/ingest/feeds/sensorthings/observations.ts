import { isObject } from '../../../base/json.ts';
import { coreContext } from '../../../ngsild/index.ts';
import type { Instance, Json } from '../../../ngsild/entity.ts';
import { refused, statusAttribute, type Refused, type Taken } from '../../mapping/index.ts';
import { timeReader } from '../../mapping/time.ts';
import type { Declaration } from './declaration.ts';
import { geometryOf, targetOf, type Stream } from './streams.ts';

const readInstant = timeReader('iso', undefined);
const unitIri = coreContext.expand('unit');
const qualityIri = coreContext.expand('resultQuality');
const textMax = 10_000;

/**
 * One Observation (OGC 18-088, 8.2) to a reading: `result` as number, text or truth value, observed at `phenomenonTime`
 * (the end of it, where it is an interval; `resultTime` where it is missing).
 * @param nowMs the platform's clock, for `maxFuture`
 */
export function readObservation(value: unknown, stream: Stream, declared: Declaration, nowMs: number): Taken | Refused {
  if (!isObject(value)) return refused('payload', `${stream.label}: an observation is no object`);
  const observedMs = instantOf(value);
  if (observedMs === undefined)
    return refused('time', `${stream.label}: ${shown(value['phenomenonTime'])} is no instant`);
  if (observedMs > nowMs + declared.maxFutureMs) {
    return refused('future', `${stream.label}: ${new Date(observedMs).toISOString()} is ahead`);
  }
  const feature = value['FeatureOfInterest'];
  const target =
    stream.target ?? (isObject(feature) ? targetOf(feature, geometryOf(feature['feature']), declared) : undefined);
  if (!target) return refused('entity', `${stream.label}: an observation has no FeatureOfInterest with an id`);
  const { result } = value;
  if (result === null || result === undefined) return refused('missing', `${stream.label}: no result`);
  const isPlain =
    typeof result === 'boolean' ||
    (typeof result === 'number' && Number.isFinite(result)) ||
    (typeof result === 'string' && result.length <= textMax && result.isWellFormed());
  if (!isPlain) return refused('type', `${stream.label}: ${shown(result)} is no number, text or truth value`);

  const { property, unitCode, unitText } = stream;
  const quality = value['resultQuality'];
  let status: string | undefined;
  if (declared.quality && quality !== null && quality !== undefined) {
    const found = declared.quality.get(quality);
    const word = declared.quality.word(found);
    if (word === 'reject') return refused('status', `${stream.label}: the service says ${shown(found)}`);
    if (word !== 'valid') status = word;
  }
  if (typeof result === 'number') {
    const { min = -Infinity, max = Infinity } = property;
    if (result < min || result > max) status ??= 'flagged';
  }
  const sub: Record<string, readonly Instance[]> = {};
  if (status !== undefined) sub[statusAttribute] = [{ type: 'Property', value: status }];
  if (unitText !== undefined) sub[unitIri] = [{ type: 'Property', value: unitText }];
  // What nobody has mapped is kept as it is, where it is short.
  if (!declared.quality && isScalar(quality)) sub[qualityIri] = [{ type: 'Property', value: quality }];
  const observedAt = new Date(observedMs).toISOString();
  const instance: Instance = {
    type: 'Property',
    value: result as Json,
    observedAt,
    ...(unitCode !== undefined && { unitCode }),
    ...(Object.keys(sub).length > 0 && { sub }),
  };
  return {
    observedMs,
    flagged: status !== undefined,
    reading: {
      id: target.id,
      type: [declared.typeIri],
      attrs: { [property.iri]: [instance] },
      atBirth: target.atBirth,
      simulated: false,
    },
  };
}

/** ms since 1970 of an Observation; undefined when there is none that a calendar has. */
export function instantOf(value: Record<string, unknown>): number | undefined {
  const { phenomenonTime, resultTime } = value;
  const time = typeof phenomenonTime === 'string' ? phenomenonTime : resultTime;
  if (typeof time !== 'string' || typeof readInstant === 'string') return undefined;
  return readInstant(time.includes('/') ? time.slice(time.indexOf('/') + 1) : time);
}

const isScalar = (value: unknown): value is string | number | boolean =>
  typeof value === 'boolean' ||
  (typeof value === 'number' && Number.isFinite(value)) ||
  (typeof value === 'string' && value !== '' && value.length <= 100 && value.isWellFormed());

const shown = (value: unknown): string => (JSON.stringify(value) ?? 'nothing').slice(0, 40);
