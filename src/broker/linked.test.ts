import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { Problem } from '../base/problem.ts';
import type { Entity } from '../ngsild/entity.ts';
import { coreContext, linkedMax, representEntity, type Join, type JsonObject } from '../ngsild/index.ts';
import { linkedEntities } from './linked.ts';

const at = '2026-03-01T10:00:00.000Z';
const link = 'https://e.org/link';
const node = (n: number, to: readonly number[]): Entity => ({
  id: `urn:n:${n}`,
  type: ['https://e.org/Node'],
  createdAt: at,
  modifiedAt: at,
  attrs: to.length > 0 ? { [link]: [{ type: 'Relationship', value: to.map((other) => `urn:n:${other}`) }] } : {},
});
/** Which of eight entities link to which; 8 and 9 are not there. */
const graph = fc
  .array(fc.uniqueArray(fc.nat({ max: 9 }), { maxLength: 4 }), { minLength: 8, maxLength: 8 })
  .map((rows) => rows.map((to, n) => node(n, to)));

const fetching = (entities: readonly Entity[]) => {
  const asked: string[][] = [];
  const fetch = (ids: readonly string[]): Promise<Entity[]> => {
    asked.push([...ids]);
    return Promise.resolve(entities.filter(({ id }) => ids.includes(id)));
  };
  return { fetch, asked };
};
const targets = ({ attrs }: Entity): string[] => (attrs[link] ?? []).flatMap(({ value }) => value as string[]);

test('everything within the levels is found once, with one question per level', async () => {
  await fc.assert(
    fc.asyncProperty(
      graph,
      fc.integer({ min: 1, max: 4 }),
      fc.subarray(['urn:n:1', 'urn:n:2']),
      async (entities, levels, containedBy) => {
        const [root] = entities as [Entity];
        const { fetch, asked } = fetching(entities);
        const join: Join = { kind: 'flat', levels, containedBy };
        const { appended } = await linkedEntities(fetch, [root], join, {});
        const reached = new Set([root.id]);
        let level = [root];
        for (let n = 0; n < levels; n++) {
          const ids = level.flatMap(targets).filter((id) => !containedBy.includes(id) && !reached.has(id));
          level = entities.filter(({ id }) => ids.includes(id));
          for (const { id } of level) reached.add(id);
        }
        assert.deepEqual(
          new Set(appended.map(({ entity }) => entity.id)),
          new Set([...reached].filter((id) => id !== root.id)),
        );
        assert.equal(appended.length, reached.size - 1);
        assert.ok(asked.length <= levels);
        assert.equal(asked.flat().length, new Set(asked.flat()).size);
      },
    ),
  );
});

test('what is embedded is never one of those around it, nor deeper than the levels', async () => {
  await fc.assert(
    fc.asyncProperty(graph, fc.integer({ min: 1, max: 3 }), async (entities, levels) => {
      const [root] = entities as [Entity];
      const { embeddable } = await linkedEntities(
        fetching(entities).fetch,
        [root],
        { kind: 'inline', levels, containedBy: [] },
        {},
      );
      const check = (shown: JsonObject, around: readonly string[]): void => {
        assert.ok(around.length <= levels);
        const own = entities.find(({ id }) => id === shown['id']);
        const inside = ((shown[link] as JsonObject | undefined)?.['entity'] ?? []) as JsonObject[];
        const met = [...around, shown['id'] as string];
        const wanted = own && around.length < levels ? targets(own) : [];
        assert.deepEqual(
          inside.map(({ id }) => id),
          wanted.filter((id) => !met.includes(id) && entities.some((other) => other.id === id)),
        );
        for (const entity of inside) check(entity, met);
      };
      check(representEntity(root, coreContext, { linked: embeddable }), []);
    }),
  );
});

test('more linked entities than an answer holds are refused', async () => {
  const many = Array.from({ length: linkedMax + 1 }, (_, n) => n + 1);
  const entities = [node(0, many), ...many.map((n) => node(n, []))];
  const join: Join = { kind: 'flat', levels: 1, containedBy: [] };
  await assert.rejects(
    linkedEntities(fetching(entities).fetch, entities.slice(0, 1), join, {}),
    (error) => error instanceof Problem && error.kind === 'too-many-results' && error.field === 'join',
  );
});
