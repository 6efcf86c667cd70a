/** The policy's door. */
export { openPolicies, type Asker, type Explanation, type Policies } from './policies.ts';
export { demand, openPolicy, type Filter, type Policy } from './port.ts';
export { isFilter, isTopic } from './topics.ts';
