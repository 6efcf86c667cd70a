/** The policy's door. */
export { demand, mayRead, openPolicy, type Filter, type Policy } from './port.ts';
