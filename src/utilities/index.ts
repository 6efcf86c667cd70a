/** The door of the utilities views. */
export { utilitiesModule } from './http.ts';
