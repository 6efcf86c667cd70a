/** The developers' side: the OpenAPI document, a readable reference with examples that run, and data models. */
import type { Context } from 'hono';
import type { Models } from '../broker/index.ts';
import { Problem } from '../base/problem.ts';
import type { ApiRoute, Module } from '../http/index.ts';
import { apiSchemas } from '../ngsild/index.ts';
import type { NavigationEntry, Site } from '../ui/index.ts';
import { clientLanguages, readTour, tourFiles } from './examples.ts';
import { openApi, tagOf, tags, type OpenApi } from './openapi.ts';
import { groupPage, type Described, type Group, type SchemaTexts } from './pages/operation.tsx';
import { developerWords } from './pages/messages/index.ts';
import { modelsPage } from './pages/models.tsx';
import { overviewPage } from './pages/overview.tsx';

const json = 'application/json';
const ownRoutes: readonly ApiRoute[] = [
  {
    name: 'getDocument',
    method: 'GET',
    path: '/api/openapi.json',
    summary: 'This document',
    answers: { 200: { description: 'OpenAPI 3.1', media: json, schema: { type: 'object' } } },
  },
  {
    name: 'getTour',
    method: 'GET',
    path: '/api/examples/{file}',
    summary: 'A tour of the API as a program',
    parameters: [
      {
        name: 'file',
        in: 'path',
        description: 'Its name',
        schema: { enum: Object.values(tourFiles) },
        example: 'tour.py',
      },
    ],
    answers: {
      200: { description: 'The program', media: 'text/plain' },
      404: {
        description: 'There is no such thing',
        media: 'application/problem+json',
        schema: { $ref: '#/components/schemas/ProblemDetails' },
      },
    },
  },
];

/** @param routes what the other modules describe of theirs; asked when the document is first wanted */
export function developers(deps: {
  site: Site;
  models: Models;
  version: string;
  routes: () => readonly ApiRoute[];
}): Module {
  const { site, models, version, routes } = deps;
  const tours = new Map(clientLanguages.map((language) => [language, readTour(language)]));
  let made: { document: OpenApi; text: string; groups: readonly Group[] } | undefined;
  const reference = () => {
    if (made) return made;
    const document = openApi(version, routes());
    made = { document, text: JSON.stringify(document), groups: groupsOf(document) };
    return made;
  };
  const timeZone = site.city.timeZone;
  return {
    name: 'developers',
    api: ownRoutes,
    access: {
      'GET /api/openapi.json': 'viewPublic',
      'GET /api/examples/:file': 'viewPublic',
      'GET /developers': 'viewPublic',
      'GET /developers/models': 'viewPublic',
      'GET /developers/:group': 'viewPublic',
    },
    routes: (app) => {
      app.get('/api/openapi.json', (c) => c.body(reference().text, 200, { 'content-type': json }));
      app.get('/api/examples/:file', (c: Context) => {
        const language = clientLanguages.find((known) => tourFiles[known] === c.req.param('file'));
        if (!language) throw new Problem('not-found', 'there is no such example', 'file');
        return c.body(tours.get(language)?.text ?? '', 200, { 'content-type': 'text/plain; charset=utf-8' });
      });
      site.page(app, '/developers', (reader) => overviewPage({ groups: reference().groups, tours }, reader));
      site.page(app, '/developers/models', (reader) => modelsPage({ models: models.list(), timeZone }, reader));
      site.page(app, '/developers/:group', (reader) => {
        const group = reference().groups.find(({ name }) => name === reader.params['group']);
        if (!group) throw new Problem('not-found', 'there is no such part of the reference');
        return groupPage({ group, tours, schema: schemaTexts }, reader);
      });
    },
  };
}

/** For the foot of every page. */
export const developersLink = (language: string): NavigationEntry => ({
  href: '/developers',
  text: developerWords(language)('title'),
});

const schemaTexts: SchemaTexts = (name) => {
  const { examples, ...schema } = apiSchemas[name] ?? {};
  const [example] = (examples ?? []) as readonly unknown[];
  const pretty = (json: unknown): string => JSON.stringify(json, undefined, 2);
  return { text: pretty(schema), ...(example !== undefined && { example: pretty(example) }) };
};

type Written = {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly parameters: Described['parameters'];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: unknown }>> };
  readonly responses: Readonly<
    Record<
      string,
      { readonly description: string; readonly content?: Readonly<Record<string, { readonly schema: unknown }>> }
    >
  >;
};

/** The operations of the document by tag, in its order. */
function groupsOf({ paths }: OpenApi): readonly Group[] {
  const all = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, written]) => describedOf(path, method, written as unknown as Written)),
  );
  return tags
    .map(({ name, description }) => ({ name, description, operations: all.filter(({ path }) => tagOf(path) === name) }))
    .filter(({ operations }) => operations.length > 0);
}

function describedOf(path: string, method: string, written: Written): Described {
  const { operationId, summary, description, parameters, requestBody, responses } = written;
  const contents = Object.entries(requestBody?.content ?? {});
  const body = schemaName(contents[0]?.[1].schema);
  return {
    name: operationId,
    method: method.toUpperCase(),
    path,
    summary,
    ...(description !== undefined && { description }),
    parameters,
    media: contents.map(([media]) => media),
    ...(body !== undefined && { body }),
    answers: Object.entries(responses).map(([status, { description: meaning, content }]) => {
      const schema = schemaName(Object.values(content ?? {})[0]?.schema);
      return { status, description: meaning, ...(schema !== undefined && { schema }) };
    }),
  };
}

function schemaName(schema: unknown): string | undefined {
  return /#\/components\/schemas\/(\w+)/.exec(JSON.stringify(schema) ?? '')?.[1];
}
