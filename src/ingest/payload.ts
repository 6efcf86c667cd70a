import { parseJson } from '../base/json.ts';
import { Problem } from '../base/problem.ts';
import { readUplink } from './lorawan/uplink.ts';
import { refused, type Mapping, type Refused } from './mapping/index.ts';

const decoder = new TextDecoder('utf-8', { fatal: true });

/** A payload as the paths of a mapping see it, or why it is none. */
export type Payload = { readonly value: unknown; readonly reason?: undefined } | Refused;

/** Reads the bytes of one message as the mapping says. */
export function readPayload(mapping: Pick<Mapping, 'payload' | 'decoder'>, bytes: Uint8Array): Payload {
  try {
    switch (mapping.payload) {
      case 'json':
        return { value: parseJson(bytes) };
      case 'number':
      case 'text':
        return { value: { value: decoder.decode(bytes).trim() } };
      case 'ttn':
      case 'chirpstack':
        return { value: readUplink(mapping.payload, parseJson(bytes), mapping.decoder) };
      case 'table':
        return refused('payload', 'a CSV mapping takes files, not messages');
      case 'geojson':
        return refused('payload', 'a GeoJSON mapping takes files, not messages');
    }
  } catch (error) {
    if (error instanceof Problem) {
      return refused('payload', error.field ? `${error.message} (${error.field})` : error.message);
    }
    if (error instanceof TypeError) return refused('payload', 'the payload is not valid UTF-8');
    throw error;
  }
}
