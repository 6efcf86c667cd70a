import { Problem } from '../../../base/problem.ts';
import { frame, type Decoded, type Decoder } from './frame.ts';

/** One sensor of a device: how many 16-bit words it sends, and what they mean. */
type Sensor = { readonly words: number; readonly read: (...word: number[]) => Decoded };

/**
 * Decentlab devices: version (2), device id, a bit per sensor, then the words of each sensor whose bit is set, all
 * big-endian.
 */
function decentlab(sensors: readonly Sensor[]): Decoder {
  return (bytes) => {
    const read = frame(bytes);
    const version = read.u8();
    if (version !== 2) throw new Problem('bad-data', `found protocol version ${version}, wanted 2`, 'byte 0');
    const decoded: Record<string, number | string | boolean> = { device_id: read.u16be(), protocol_version: version };
    const flags = read.u16be();
    for (const [bit, sensor] of sensors.entries()) {
      if (((flags >> bit) & 1) === 0) continue;
      const words = Array.from({ length: sensor.words }, () => read.u16be());
      Object.assign(decoded, sensor.read(...words));
    }
    return decoded;
  };
}

/** Volts. */
const batteryVoltage: Sensor = { words: 1, read: (word = 0) => ({ battery_voltage: word / 1000 }) };

/** DL-PM: particles in micrograms and number per cubic metre and cubic centimetre, air temperature, humidity, pressure in Pa. */
export const dlPm: Decoder = decentlab([
  batteryVoltage,
  {
    words: 10,
    read: (pm1 = 0, pm25 = 0, pm4 = 0, pm10 = 0, size = 0, n05 = 0, n1 = 0, n25 = 0, n4 = 0, n10 = 0) => ({
      pm1_0_mass_concentration: pm1 / 10,
      pm2_5_mass_concentration: pm25 / 10,
      pm4_mass_concentration: pm4 / 10,
      pm10_mass_concentration: pm10 / 10,
      typical_particle_size: size,
      pm0_5_number_concentration: n05 / 10,
      pm1_0_number_concentration: n1 / 10,
      pm2_5_number_concentration: n25 / 10,
      pm4_number_concentration: n4 / 10,
      pm10_number_concentration: n10 / 10,
    }),
  },
  {
    words: 2,
    read: (temperature = 0, humidity = 0) => ({
      air_temperature: (175.72 * temperature) / 65536 - 46.85,
      air_humidity: (125 * humidity) / 65536 - 6,
    }),
  },
  { words: 1, read: (pressure = 0) => ({ barometric_pressure: pressure * 2 }) },
]);

/** DL-PR26 with the range 0 to 1 bar: pressure in bar, temperature in degrees Celsius. */
export const dlPr26: Decoder = decentlab([
  {
    words: 2,
    read: (pressure = 0, temperature = 0) => ({
      pressure: (pressure - 16384) / 32768,
      temperature: ((temperature - 384) / 64000) * 200 - 50,
    }),
  },
  batteryVoltage,
]);
