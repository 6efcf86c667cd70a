import { Problem } from '../../../base/problem.ts';
import { frame, type Decoder } from './frame.ts';

const hours = 23;
const deltaBits = 14;

/**
 * Axioma Qalcosonic W1, water meter, enhanced frame of 51 bytes on port 100: version, time (Unix seconds), status, the
 * volume 23 hours ago (litres), then 23 hourly volumes of 14 bits (litres) and a multiplier of 6 bits, packed from the
 * lowest bit up.
 */
export const qalcosonicW1: Decoder = (bytes, fPort) => {
  if (fPort !== 100 || bytes.length !== 51 || bytes[0] !== 1) {
    throw new Problem(
      'bad-data',
      `found ${bytes.length} bytes on port ${fPort}, wanted 51 bytes of version 1 on port 100`,
    );
  }
  const read = frame(bytes);
  const version = read.u8();
  const timeS = read.u32le();
  const status = read.u8();
  const logLitres = read.u32le();
  const packed = bytes.subarray(10);
  let historyLitres = 0;
  for (let hour = 0; hour < hours; hour++) historyLitres += bitsAt(packed, hour * deltaBits, deltaBits);
  const multiplier = bitsAt(packed, hours * deltaBits, 6);
  return {
    payload_format: 'AXIOMA_W1_ENHANCED_24H',
    frame_version: version,
    payload_bytes: bytes.length,
    timestamp_unix: timeS,
    timestamp_utc: new Date(timeS * 1000).toISOString(),
    status,
    low_battery: (status & 0x04) !== 0,
    leakage: (status & 0xe0) === 0x20,
    burst: (status & 0xa0) === 0xa0,
    backflow: (status & 0x60) === 0x60,
    log_volume_m3: logLitres / 1000,
    history_multiplier: multiplier,
    // A multiplier scales the hourly volumes in a way that is not published: then only the old volume is sure.
    ...(multiplier === 0 && {
      history_count: hours,
      history_total_m3: historyLitres / 1000,
      current_volume_m3: (logLitres + historyLitres) / 1000,
    }),
  };
};

function bitsAt(bytes: Uint8Array, from: number, count: number): number {
  let value = 0;
  for (let i = 0; i < count; i++) {
    const bit = from + i;
    if (((bytes[bit >> 3] ?? 0) >> (bit & 7)) & 1) value += 2 ** i;
  }
  return value;
}
