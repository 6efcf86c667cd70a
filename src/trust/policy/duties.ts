/** What must not meet in one role (privacy.md, section 7): who decides is not who does, and neither looks after himself. */
import { Problem } from '../../base/problem.ts';
import type { Action } from '../../http/principal.ts';
import { roles } from '../schema.ts';
import type { Policies } from './policies.ts';

export const apart: readonly (readonly [Action, Action])[] = [
  ['openVault', 'approveOpening'],
  ['openVault', 'managePeople'],
  ['openVault', 'readVaultLog'],
  ['approveOpening', 'managePeople'],
  ['readVaultLog', 'managePeople'],
  ['manageRetention', 'managePeople'],
  ['importData', 'manageRetention'],
  ['writeEntities', 'manageRetention'],
  ['writeEntities', 'readVaultLog'],
  ['importData', 'approveOpening'],
];

/** A city's file may give a role more; not both of these. @throws Problem bad-data: which role, and which policies */
export function demandApart(policies: Pick<Policies, 'explain'>): void {
  const faults = roles.flatMap((role) =>
    apart.flatMap((pair) => {
      const answers = pair.map((action) => policies.explain({ kind: 'person', roles: [role] }, action));
      if (answers.some(({ decision }) => decision === 'no')) return [];
      const places = answers.flatMap(({ rules }) => rules.map(({ file, line }) => `${file}:${line}`));
      const own = places.find((place) => place.startsWith('city/')) ?? places[0] ?? '';
      return [`${own}: ${role} may both ${pair.join(' and ')} (${[...new Set(places)].join(', ')})`];
    }),
  );
  if (faults.length > 0) throw new Problem('bad-data', faults.join('\n'), 'policies');
}
