/** Valves that tell their position at `water/ID/state`, for tests. */
export const valveMapping = {
  sources: [
    {
      id: 'valves',
      name: { en: 'Valves' },
      purpose: 'Test',
      owner: 'Test',
      legalBasis: 'Test',
      retentionDays: 30,
      personal: 'none',
      granularity: 'valve',
      kind: 'mqtt',
      expectedEveryS: 60,
    },
  ],
  mappings: [
    {
      source: 'valves',
      topic: 'water/{valve}/state',
      entity: { id: 'urn:ngsi-ld:Valve:{valve}', type: 'Valve' },
      time: { path: 'at' },
      attributes: { position: { path: 'position', unitCode: 'P1' } },
    },
  ],
};
