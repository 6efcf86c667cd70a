/** Words of trust that others may know. */

/** Roles of a city's people and of those who work with it, as policies name them. */
export const roles = [
  'intake-clerk',
  'dispatcher',
  'shift-lead',
  'utility-engineer',
  'crew',
  'moderator',
  'department-editor',
  'department-head',
  'verifier',
  'assessor',
  'reviewer',
  'auditor',
  'data-officer',
  'mayors-office',
  'administrator',
  'partner-city',
  'developer',
] as const;
export type Role = (typeof roles)[number];
