/** Numbers in as few bytes as keep them exact, and JSON text that keeps what JSON.stringify would lose. */
import { Problem } from '../../base/problem.ts';
import type { Json } from '../../ngsild/entity.ts';
import { type ByteReader, type ByteWriter, unzigzag, zigzag } from './bytes.ts';

// The low two bits of a number's head: whole, hundredths, ten-thousandths; 3 alone announces eight bytes of double.
const scales = [1, 100, 10_000] as const;
const asDouble = 3;
const limit = 2 ** 45;

/** @throws Problem bad-data for NaN and infinity */
export function writeNumber(out: ByteWriter, value: number): void {
  if (!Number.isFinite(value)) throw new Problem('bad-data', 'a number must be finite');
  if (value < limit && value > -limit && !Object.is(value, -0)) {
    for (let scale = 0; scale < 3; scale++) {
      const factor = scales[scale] as number;
      const whole = Math.round(value * factor);
      if (whole / factor === value && whole < limit && whole > -limit && !Object.is(whole, -0)) {
        out.varint(zigzag(whole) * 4 + scale);
        return;
      }
    }
  }
  out.byte(asDouble);
  out.double(value);
}

export function readNumber(from: ByteReader): number {
  const head = from.varint();
  const scale = head % 4;
  if (scale === asDouble) return from.double();
  return unzigzag((head - scale) / 4) / (scales[scale] as number);
}

/** True when a JSON text of the value would not give the value back: it holds a negative zero. */
function holdsMinusZero(value: Json): boolean {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new Problem('bad-data', 'a number must be finite');
    return Object.is(value, -0);
  }
  if (typeof value !== 'object' || value === null) return false;
  let found = false;
  if (Array.isArray(value)) {
    for (const item of value) if (holdsMinusZero(item)) found = true;
  } else {
    for (const key in value) if (holdsMinusZero(value[key] ?? null)) found = true;
  }
  return found;
}

/** JSON text whose parse equals the value, -0 included. @throws Problem bad-data for NaN and infinity */
export function valueText(value: Json): string {
  return holdsMinusZero(value) ? exactText(value) : JSON.stringify(value);
}

function exactText(value: Json): string {
  if (Object.is(value, -0)) return '-0';
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(exactText).join(',')}]`;
  const members = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}:${exactText(item)}`);
  return `{${members.join(',')}}`;
}
