import { Problem } from '../../../base/problem.ts';
import { frame, type Decoded, type Decoder, type Frame } from './frame.ts';

/** What follows a channel and a type: how many bytes, and what they say. */
type Part = (read: Frame) => Decoded;

/**
 * Milesight sensors, port 85: a chain of channel (1 byte), type (1 byte), value (little-endian). What is not in the
 * table stops the reading: its length is not known.
 */
function milesight(parts: Readonly<Record<string, Part>>): Decoder {
  return (bytes) => {
    const read = frame(bytes);
    const decoded: Record<string, number | string | boolean> = {};
    while (read.left > 0) {
      const channel = read.u8();
      const type = read.u8();
      const key = `${hex(channel)} ${hex(type)}`;
      const part = parts[key] ?? device[key];
      if (!part) throw new Problem('bad-data', `channel and type ${key} are not of this device`);
      Object.assign(decoded, part(read));
    }
    return decoded;
  };
}

const hex = (byte: number): string => byte.toString(16).padStart(2, '0');
const skip = (count: number): Part => {
  return (read) => {
    for (let i = 0; i < count; i++) read.u8();
    return {};
  };
};
/** Sent at joining: versions, serial number, class. No measurement. */
const device: Readonly<Record<string, Part>> = {
  'ff 01': skip(1),
  'ff 09': skip(2),
  'ff 0a': skip(2),
  'ff 0b': skip(1),
  'ff 0f': skip(1),
  'ff 16': skip(8),
  'ff ff': skip(2),
};

/** Percent. */
const battery: Part = (read) => ({ battery: read.u8() });
/** Degrees Celsius. */
const temperature: Part = (read) => ({ temperature: read.i16le() / 10 });
/** Millimetres. */
const distance: Part = (read) => ({ distance: read.u16le() });
const lean = (name: string): Part => {
  return (read) => ({ [name]: read.u8() === 0 ? 'normal' : 'tilt' });
};
const withAlarm = (part: Part, name: string): Part => {
  return (read) => ({ ...part(read), [name]: read.u8() === 1 });
};

/** EM310-UDL: fill level of a bin, water under a bridge. */
export const em310Udl: Decoder = milesight({ '01 75': battery, '03 82': distance, '04 00': lean('tilt') });

/** EM400-MUD: the same with temperature and alarms. */
export const em400Mud: Decoder = milesight({
  '01 75': battery,
  '03 67': temperature,
  '04 82': distance,
  '05 00': lean('position'),
  '83 67': withAlarm(temperature, 'temperature_alarm'),
  '84 82': withAlarm(distance, 'distance_alarm'),
});

/** EM500-SWL: submersible level sensor; centimetres. */
export const em500Swl: Decoder = milesight({ '01 75': battery, '03 77': (read) => ({ level: read.u16le() }) });
