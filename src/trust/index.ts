export { mayRead, openPolicy, type Action, type Filter, type Policy } from './policy.ts';
