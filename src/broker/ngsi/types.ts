import { Problem } from '../../base/problem.ts';
import {
  attributeDetails,
  attributeInfo,
  attributeList,
  typeDetails,
  typeInfo,
  typeList,
  type Context,
  type EntityShape,
} from '../../ngsild/index.ts';
import { accepted, document, flag, linkedContext } from './call.ts';
import type { Operation } from './operation.ts';

type List = (shapes: readonly EntityShape[], context: Context) => object;
type Info = (shapes: readonly EntityShape[], iri: string, context: Context) => object | undefined;

/** All of them: names alone, or with `details=true` what there is to say of each. */
const list =
  (names: List, details: List): Operation['handle'] =>
  async (call, { broker, contexts }) => {
    const { context, named } = await linkedContext(call, contexts);
    const asked = flag(call, 'details');
    const media = accepted(call, ['application/json', 'application/ld+json']);
    const shapes = await broker.shapes(call.who, call.tenant);
    return document(media, named, (asked ? details : names)(shapes, context));
  };

/** One of them, by its short name or its IRI. */
const one =
  (parameter: string, info: Info): Operation['handle'] =>
  async (call, { broker, contexts }) => {
    const { context, named } = await linkedContext(call, contexts);
    const media = accepted(call, ['application/json', 'application/ld+json']);
    const name = call.of[parameter] ?? '';
    const { iri, fault } = context.name(name);
    if (fault !== undefined) throw new Problem('bad-data', fault, parameter);
    const found = info(await broker.shapes(call.who, call.tenant), iri, context);
    if (!found) throw new Problem('not-found', `there is no ${parameter.replace('Id', '')} ${name}`);
    return document(media, named, found);
  };

/** `/types`, 6.25 and 6.26, and `/attributes`, 6.27 and 6.28. */
export const types: readonly Operation[] = [
  {
    name: 'retrieveTypes',
    method: 'GET',
    path: '/types',
    clause: '6.25.3.1',
    summary: 'Which entity types there are',
    parameters: ['details', 'local'],
    answers: { 200: 'EntityTypeList' },
    handle: list(typeList, typeDetails),
  },
  {
    name: 'retrieveTypeInfo',
    method: 'GET',
    path: '/types/{type}',
    clause: '6.26.3.1',
    summary: 'What entities of a type are made of',
    parameters: ['local'],
    answers: { 200: 'EntityTypeInfo' },
    handle: one('type', typeInfo),
  },
  {
    name: 'retrieveAttributes',
    method: 'GET',
    path: '/attributes',
    clause: '6.27.3.1',
    summary: 'Which attributes there are',
    parameters: ['details', 'local'],
    answers: { 200: 'AttributeList' },
    handle: list(attributeList, attributeDetails),
  },
  {
    name: 'retrieveAttributeInfo',
    method: 'GET',
    path: '/attributes/{attrId}',
    clause: '6.28.3.1',
    summary: 'Where an attribute occurs',
    parameters: ['local'],
    answers: { 200: 'Attribute' },
    handle: one('attrId', attributeInfo),
  },
];
