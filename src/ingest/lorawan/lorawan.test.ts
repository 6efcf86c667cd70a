import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { Problem } from '../../base/problem.ts';
import { decoders } from './decoders/index.ts';
import { readUplink } from './uplink.ts';

const published = new URL('../../../../shared/data/lorawan/ttn-codec-examples.jsonl', import.meta.url);

type Example = {
  vendor: string;
  device: string;
  fPort: number;
  bytes_hex: string;
  decoded: Record<string, number | string | boolean>;
};

test('the published frames of six devices decode to the published values', (t) => {
  if (!existsSync(published)) {
    t.skip('skipped: ../shared/data/lorawan not found');
    return;
  }
  const examples = readFileSync(published, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Example);
  assert.equal(examples.length, 6);
  for (const { vendor, device, fPort, bytes_hex, decoded } of examples) {
    const found = Object.keys(decoders).find((name) => name === `${vendor}/${device}`);
    assert.ok(found, `${vendor}/${device} has a decoder`);
    const result = decoders[found]?.(Buffer.from(bytes_hex, 'hex'), fPort) ?? {};
    for (const [name, value] of Object.entries(decoded)) {
      const got = result[name];
      if (typeof value === 'number')
        assert.ok(Math.abs(Number(got) - value) < 1e-9, `${device} ${name}: ${got} = ${value}`);
      else assert.equal(got, value, `${device} ${name}`);
    }
  }
});

const frame = Buffer.from('01755c03824408040001', 'hex').toString('base64');
const ttn = {
  end_device_ids: { device_id: 'bin-7', dev_eui: '24E124136B325C01', application_ids: { application_id: 'waste' } },
  received_at: '2026-11-22T07:00:01Z',
  uplink_message: {
    f_port: 85,
    f_cnt: 12,
    frm_payload: frame,
    received_at: '2026-11-22T07:00:00Z',
    decoded_payload: { level: 3 },
    rx_metadata: [
      { rssi: -110, snr: 1 },
      { rssi: -80, snr: 9.5 },
    ],
  },
};

test('an uplink of The Things Network is read with our decoder or with theirs', () => {
  assert.deepEqual(readUplink('ttn', ttn, 'milesight-iot/em310-udl'), {
    devEui: '24e124136b325c01',
    deviceId: 'bin-7',
    application: 'waste',
    fPort: 85,
    fCnt: 12,
    time: '2026-11-22T07:00:00Z',
    rssi: -80,
    snr: 9.5,
    decoded: { battery: 92, distance: 2116, tilt: 'tilt' },
  });
  assert.deepEqual(readUplink('ttn', ttn).decoded, { level: 3 });
});

test('an event of ChirpStack gives the same', () => {
  const event = {
    deduplicationId: 'x',
    time: '2026-11-22T07:00:00+00:00',
    deviceInfo: { applicationName: 'waste', deviceName: 'bin-7', devEui: '24e124136b325c01' },
    fCnt: 12,
    fPort: 85,
    data: frame,
    rxInfo: [{ rssi: -80, snr: 9.5 }],
  };
  const uplink = readUplink('chirpstack', event, 'milesight-iot/em310-udl');
  assert.equal(uplink.devEui, '24e124136b325c01');
  assert.equal(uplink.decoded['distance'], 2116);
  assert.throws(() => readUplink('chirpstack', event), /the server decoded nothing/);
});

test('what is no uplink is refused with the place', () => {
  assert.throws(() => readUplink('ttn', { uplink_message: 5 }), /no object uplink_message/);
  assert.throws(() => readUplink('chirpstack', []), /an uplink is a JSON object/);
  const bent = { ...ttn, uplink_message: { ...ttn.uplink_message, frm_payload: 'a*b' } };
  assert.throws(() => readUplink('ttn', bent, 'milesight-iot/em310-udl'), /not Base64/);
});

test('a cut frame is refused, never half read', () => {
  const whole = Buffer.from('01755c03824408040001', 'hex');
  for (const length of [1, 2, 4, 6, 8]) {
    assert.throws(() => decoders['milesight-iot/em310-udl']?.(whole.subarray(0, length), 85), Problem);
  }
});

test('no frame whatever makes a decoder fail with anything but a Problem', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.integer({ min: 0, max: 255 }), (bytes, fPort) => {
      for (const decode of Object.values(decoders)) {
        try {
          decode(bytes, fPort);
        } catch (error) {
          assert.ok(error instanceof Problem, String(error));
        }
      }
    }),
  );
});
