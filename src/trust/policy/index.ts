/** The policy's door. */
export { demand, openPolicy, type Filter, type Policy } from './port.ts';
