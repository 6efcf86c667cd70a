/** The broker's door. Modules meet only here: they write entities, read them, and follow the journal. */
export type { Broker, Reading } from './broker.ts';
