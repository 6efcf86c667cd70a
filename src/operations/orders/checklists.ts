/** What is gone through at each kind of work. The list of an order is a copy: it stays as it was. */
import { Problem } from '../../base/problem.ts';
import type { Checklist, Texts } from './schema.ts';
import shipped from './checklists.json' with { type: 'json' };

export type ChecklistTemplate = {
  readonly id: string;
  readonly version: number;
  readonly name: Texts;
  /** Of short names of types: what it is for. */
  readonly types: RegExp;
  readonly items: readonly { readonly id: string; readonly text: Texts }[];
};

export const checklists: readonly ChecklistTemplate[] = shipped.map((one) => ({
  ...one,
  types: new RegExp(one.types, 'u'),
}));

/** @param types IRIs of what the work is about; none: other work */
export function checklistFor(types: readonly string[]): ChecklistTemplate {
  const names = types.map((type) => type.replace(/^.*[/#]/, ''));
  const found = checklists.find(({ types: pattern }) => names.some((name) => pattern.test(name)));
  return found ?? (checklists.at(-1) as ChecklistTemplate);
}

/** @throws Problem bad-data: there is none of this id */
export function checklistOf(id: string): ChecklistTemplate {
  const found = checklists.find((one) => one.id === id);
  if (!found)
    throw new Problem('bad-data', `one of ${checklists.map((one) => one.id).join(', ')} is expected`, 'checklist');
  return found;
}

export const freshChecklist = ({ id, version, items }: ChecklistTemplate): Checklist => ({
  template: id,
  version,
  items: items.map((item) => ({ ...item, done: false })),
});
