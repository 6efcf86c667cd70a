/** A mapping for tests: a district water meter, a counter that sends a bare number, a simulated twin. */
const source = (id: string, more: Record<string, unknown> = {}): Record<string, unknown> => ({
  id,
  name: { en: `Source ${id}`, tg: `Манбаи ${id}` },
  purpose: 'Find leaks in the district network',
  owner: 'Water utility',
  legalBasis: 'Water supply law, article 9',
  retentionDays: 1825,
  personal: 'none',
  granularity: 'district',
  kind: 'mqtt',
  expectedEveryS: 60,
  ...more,
});

export const exampleMapping: Record<string, unknown> = {
  sources: [
    source('water-districts'),
    source('counters', { expectedEveryS: 300 }),
    source('twin', { simulated: true, kind: 'simulator' }),
    source('bins', { kind: 'lorawan', granularity: 'bin' }),
  ],
  mappings: [
    {
      source: 'water-districts',
      topic: 'water/{district}/{meter}',
      entity: { id: 'urn:ngsi-ld:WaterMeter:{meter}', type: 'WaterMeter' },
      time: { path: 'ts', maxFuture: '5m' },
      attributes: {
        flow: {
          path: 'q.value',
          unit: { path: 'q.unit', allowed: { 'm3/h': 1, 'l/s': 3.6 } },
          unitCode: 'MQH',
          range: { min: 0, max: 500 },
          precision: 3,
          required: true,
        },
        pressure: {
          path: 'p[0]',
          unitCode: 'BAR',
          range: { min: 0, max: 16 },
          outOfRange: 'rejected',
          missing: [-999],
        },
        pumpOn: { path: 'pump', as: 'boolean' },
      },
      atBirth: {
        name: { value: 'Meter {meter}' },
        district: { value: '{district}' },
        location: { kind: 'GeoProperty', point: ['position.lon', 'position.lat'] },
      },
    },
    {
      source: 'counters',
      topic: 'count/{place}',
      payload: 'number',
      entity: { id: 'urn:ngsi-ld:Counter:{place}', type: ['Counter', 'Device'] },
      attributes: { intensity: { path: 'value' } },
    },
    {
      source: 'twin',
      topic: 'twin/{meter}',
      entity: { id: 'urn:ngsi-ld:WaterMeter:{meter}', type: 'WaterMeter' },
      attributes: { flow: { path: 'q' } },
    },
    {
      source: 'bins',
      payload: 'ttn',
      decoder: 'milesight-iot/em310-udl',
      entity: { id: 'urn:ngsi-ld:WasteContainer:{devEui}', type: 'WasteContainer' },
      time: { path: 'time' },
      attributes: { distance: { path: 'decoded.distance', unitCode: 'MMT' }, battery: { path: 'decoded.battery' } },
    },
  ],
};
