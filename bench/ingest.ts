/** How many values a second the mapping alone makes of JSON payloads: 10 values per message, one core. */
import { matchTopic, parseMappingFile } from '../src/ingest/mapping/index.ts';
import { readPayload } from '../src/ingest/payload.ts';

const values = 10;
const attributes = Object.fromEntries(
  Array.from({ length: values }, (_, i) => [
    `value${i}`,
    { path: `v.a${i}`, unitCode: 'MQH', range: { min: 0, max: 1000 }, precision: 2 },
  ]),
);
const source = {
  id: 'bench',
  name: 'Bench',
  purpose: 'Measure',
  owner: 'Nobody',
  legalBasis: 'None needed',
  retentionDays: 1,
  personal: 'none',
  granularity: 'meter',
  kind: 'mqtt',
};
const file = parseMappingFile(
  Buffer.from(
    JSON.stringify({
      sources: [source],
      mappings: [
        {
          source: 'bench',
          topic: 'bench/{meter}',
          entity: { id: 'urn:ngsi-ld:WaterMeter:{meter}', type: 'WaterMeter' },
          time: { path: 'ts' },
          attributes,
          atBirth: { name: { value: 'Meter {meter}' } },
        },
      ],
    }),
  ),
  'bench.json',
  [],
);
const [mapping] = file.mappings;
if (!mapping?.topic) throw new Error('no mapping');
const now = Date.parse('2026-11-22T08:00:00Z');
const payloads = Array.from({ length: 100 }, (_, n) =>
  Buffer.from(
    JSON.stringify({
      ts: '2026-11-22T07:59:30Z',
      v: Object.fromEntries(Array.from({ length: values }, (_unused, i) => [`a${i}`, n + i * 1.25])),
    }),
  ),
);
const target = mapping.target(matchTopic(mapping.topic, ['bench', 'm1']) ?? {});
const parsed = payloads.map((bytes) => JSON.parse(bytes.toString()) as unknown);
for (const [name, run] of [
  ['mapping alone', (n: number) => mapping.read(target, parsed[n % 100], now)],
  [
    'JSON and mapping',
    (n: number) => {
      const payload = readPayload(mapping, payloads[n % 100] as Buffer);
      return payload.reason === undefined ? mapping.read(target, payload.value, now) : payload;
    },
  ],
] as const) {
  let best = 0;
  for (let round = 0; round < 5; round++) {
    const start = performance.now();
    const messages = 50_000;
    for (let n = 0; n < messages; n++) if (run(n).reason !== undefined) throw new Error('refused');
    best = Math.max(best, (messages * values * 1000) / (performance.now() - start));
  }
  console.log(`${name}: ${Math.round(best).toLocaleString('en')} values/s`);
}
