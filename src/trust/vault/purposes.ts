/** What the vault is opened for. A closed list: each has its words in every catalogue, and whoever may ask is the policy's affair. */

export type Purpose = {
  readonly id: PurposeId;
  /** Whether somebody else has to agree first. */
  readonly second: boolean;
  /** Days after the opening until the person concerned is shown it. */
  readonly noticeDays: number;
  /** Counted among the requests of authorities. */
  readonly official?: true;
};

export const purposeIds = ['call-back', 'danger', 'complaint', 'own-request', 'abuse', 'authority'] as const;
export type PurposeId = (typeof purposeIds)[number];

export const purposes: readonly Purpose[] = [
  // The person asked to be told: what for else did it leave its number.
  { id: 'call-back', second: false, noticeDays: 0 },
  // For life or limb. Two persons all the same: a second one can be woken.
  { id: 'danger', second: true, noticeDays: 1 },
  { id: 'complaint', second: true, noticeDays: 7 },
  { id: 'own-request', second: true, noticeDays: 0 },
  { id: 'abuse', second: true, noticeDays: 30 },
  { id: 'authority', second: true, noticeDays: 90, official: true },
];

export const purposeOf = (id: string): Purpose | undefined => purposes.find((purpose) => purpose.id === id);
