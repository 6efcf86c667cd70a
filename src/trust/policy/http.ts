/** The policies over HTTP: the files as they are, and who may do something, with what says so. */
import type { Context, Hono } from 'hono';
import { Problem } from '../../base/problem.ts';
import type { Access, ApiRoute } from '../../http/index.ts';
import { actions } from '../../http/principal.ts';
import { answersTo, isAction, resourceOf } from './answers.ts';
import type { Policies } from './policies.ts';

export const policyAccess: Access = {
  'GET /policies': 'readPolicies',
  'GET /api/policies': 'readPolicies',
  'GET /api/policies/answers': 'readPolicies',
};

export const policyApi: readonly ApiRoute[] = [
  {
    name: 'getPolicies',
    method: 'GET',
    path: '/api/policies',
    summary: 'The policies of the city: its files, its groups, and each policy (Cedar)',
    answers: { 200: { description: 'The policies', media: 'application/json', schema: { type: 'object' } } },
  },
  {
    name: 'askPolicies',
    method: 'GET',
    path: '/api/policies/answers',
    summary: 'Who may do something, and which policies say so',
    parameters: [
      {
        name: 'action',
        in: 'query',
        description: 'What is done',
        schema: { enum: [...actions] },
        required: true,
        example: 'readEntities',
      },
      {
        name: 'of',
        in: 'query',
        description:
          'To what: name or IRI of a type or attribute, a topic, the id of a source; absent: to anything at all',
        example: 'WorkOrder',
      },
    ],
    answers: {
      200: {
        description: 'One answer for each kind of principal and role',
        media: 'application/json',
        schema: { type: 'object' },
      },
      400: {
        description: 'There is no such action',
        media: 'application/problem+json',
        schema: { $ref: '#/components/schemas/ProblemDetails' },
      },
    },
  },
];

export function policyRoutes(app: Hono, open: () => Promise<Policies>): void {
  app.get('/api/policies', async (c) => {
    const policies = await open();
    return c.json({
      version: policies.version,
      files: policies.files.map(({ name, shipped, hash, text }) => ({ name, shipped, sha256: hash, text })),
      groups: policies.groups,
      policies: policies.rules.map(({ id, effect, file, line, where, text }) => ({
        id,
        effect,
        file,
        line,
        ...(where && { where: where.text }),
        text,
      })),
    });
  });
  app.get('/api/policies/answers', async (c: Context) => {
    const action = c.req.query('action') ?? '';
    if (!isAction(action)) throw new Problem('bad-data', `there is no action "${action.slice(0, 50)}"`, 'action');
    const policies = await open();
    const resource = resourceOf(policies, action, c.req.query('of')?.trim() ?? '');
    const answers = await answersTo(policies, action, resource);
    return c.json({
      action,
      ...(resource && { resource }),
      answers: answers.map(({ whom, decision, rules }) => ({ ...whom, decision, policies: rules.map(({ id }) => id) })),
    });
  });
}
