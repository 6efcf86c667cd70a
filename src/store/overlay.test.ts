import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Entity } from '../ngsild/entity.ts';
import { createOverlay } from './overlay.ts';

const entity = (id: string): Entity => ({ id, type: ['Lamp'], createdAt: '', modifiedAt: '', attrs: {} });

/** An overlay over lamps that are there already. */
function overlayOver(...there: readonly string[]) {
  const reads: string[] = [];
  const overlay = createOverlay({
    read: (_, id) => {
      reads.push(id);
      return there.includes(id) ? { entity: entity(id), seq: 1 } : undefined;
    },
  });
  const change = (id: string) => {
    const slot = overlay.load(0, id);
    overlay.hold(slot);
    slot.tail = { entity: entity(id), seq: 2 };
    slot.durable = slot.tail;
    return slot;
  };
  return { overlay, change, reads };
}

test('what was born and is applied is read again from the store, since a register is asked for by nobody', () => {
  const { overlay, change, reads } = overlayOver();
  const slot = change('new');
  assert.equal(overlay.load(0, 'new').durable?.seq, 2, 'until then it stands in memory');
  overlay.release(slot, 1);
  assert.deepEqual(overlay.stats(), { slots: 0, clean: 0 });
  overlay.load(0, 'new');
  assert.deepEqual(reads, ['new', 'new']);
});

test('what was there before, or has changed since its birth, stays in memory', () => {
  const { overlay, change, reads } = overlayOver('old');
  overlay.release(change('old'), 1);
  change('new');
  overlay.release(change('new'), 2);
  assert.deepEqual(overlay.stats(), { slots: 2, clean: 2 });
  for (const id of ['old', 'new']) overlay.load(0, id);
  assert.deepEqual(reads, ['old', 'new']);
});
