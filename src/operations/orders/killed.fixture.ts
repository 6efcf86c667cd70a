/** What is done while the city is killed. */
import { Transformer } from '@napi-rs/image';
import type { Act } from './schema.ts';

export const killedOrders = 6;
export const killedActs: readonly Act[] = [
  { step: 'accept' },
  { step: 'start' },
  { step: 'check', item: 'safe', done: true },
  { step: 'part', part: { name: 'clamp', number: 2, unit: 'C62' } },
  { step: 'photo' },
  { step: 'time', minutes: 10 },
  { step: 'finish' },
  { step: 'return', reason: 'the lid is missing' },
  { step: 'start' },
  { step: 'reading', reading: { at: 0, name: 'pressure', value: 3.2, unitCode: 'BAR' } },
  { step: 'finish' },
];
/** `act` 0 makes the order. */
export const killedKey = (order: number, act: number): string => `order-${order}-act-${act}`;
export const smallPhoto = (): Uint8Array =>
  Transformer.fromRgbaPixels(new Uint8Array(64 * 48 * 4).fill(200), 64, 48).jpegSync(80);
