import type { TableDefinition } from '../../src/store/ports.ts';

/** Rows that name records of the vault. */
export const namingTable: TableDefinition = { name: 'naming', columns: { id: 'TEXT', subject: 'TEXT' }, key: ['id'] };
