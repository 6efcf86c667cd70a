import type { TableDefinition } from '../../store/ports.ts';

/** Each run: `counts` is JSON, what went by kind. */
export const retentionRunTable: TableDefinition = {
  name: 'retention_run',
  columns: { at: 'INTEGER', by: 'TEXT', version: 'TEXT', counts: 'TEXT' },
  key: ['at'],
};

/** A hold, also one that is over: `target` an opaque id, empty for the whole kind; `reference` names a file, never a person; `key` of what the log has a commitment to. */
export const retentionHoldTable: TableDefinition = {
  name: 'retention_hold',
  columns: {
    id: 'TEXT',
    kind: 'TEXT',
    target: 'TEXT',
    reference: 'TEXT',
    until: 'INTEGER',
    set_by: 'TEXT',
    set_at: 'INTEGER',
    lifted_at: 'INTEGER',
    key: 'TEXT',
  },
  key: ['id'],
};

export const retentionTables: readonly TableDefinition[] = [retentionRunTable, retentionHoldTable];
