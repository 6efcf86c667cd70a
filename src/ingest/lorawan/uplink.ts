import { isObject } from '../../base/json.ts';
import { Problem } from '../../base/problem.ts';
import { decoders } from './decoders/index.ts';

/** An uplink, whichever network server it came through; the paths of a mapping see this. */
export type Uplink = {
  /** 16 hexadecimal digits, lower case; absent when the server did not say. */
  readonly devEui?: string;
  readonly deviceId?: string;
  readonly application?: string;
  readonly fPort: number;
  readonly fCnt?: number;
  /** ISO 8601; when the network server took it. */
  readonly time?: string;
  /** Of the gateway that heard it best. */
  readonly rssi?: number;
  readonly snr?: number;
  /** What the device measured: by our decoder where the mapping names one, else by the network server's. */
  readonly decoded: Readonly<Record<string, unknown>>;
};

/**
 * Reads an uplink message of The Things Network v3 (`ttn`) or an `up` event of ChirpStack v4 (`chirpstack`).
 * @throws Problem bad-data (field = path in the message)
 */
export function readUplink(server: 'ttn' | 'chirpstack', message: unknown, decoder?: string): Uplink {
  if (!isObject(message)) throw new Problem('bad-data', 'an uplink is a JSON object');
  return server === 'ttn' ? readTtn(message, decoder) : readChirpStack(message, decoder);
}

function readTtn(message: Record<string, unknown>, decoder: string | undefined): Uplink {
  const ids = objectAt(message, 'end_device_ids') ?? {};
  const uplink = objectAt(message, 'uplink_message');
  if (!uplink) throw new Problem('bad-data', 'no uplink: found no object uplink_message', 'uplink_message');
  const fPort = numberAt(uplink, 'f_port') ?? 0;
  return {
    ...eui(textAt(ids, 'dev_eui')),
    ...given('deviceId', textAt(ids, 'device_id')),
    ...given('application', textAt(objectAt(ids, 'application_ids') ?? {}, 'application_id')),
    fPort,
    ...given('fCnt', numberAt(uplink, 'f_cnt')),
    ...given('time', textAt(uplink, 'received_at') ?? textAt(message, 'received_at')),
    ...radio(uplink['rx_metadata']),
    decoded: decode(decoder, uplink['frm_payload'], fPort, objectAt(uplink, 'decoded_payload'), 'frm_payload'),
  };
}

function readChirpStack(message: Record<string, unknown>, decoder: string | undefined): Uplink {
  const device = objectAt(message, 'deviceInfo');
  if (!device) throw new Problem('bad-data', 'no uplink: found no object deviceInfo', 'deviceInfo');
  const fPort = numberAt(message, 'fPort') ?? 0;
  return {
    ...eui(textAt(device, 'devEui')),
    ...given('deviceId', textAt(device, 'deviceName')),
    ...given('application', textAt(device, 'applicationName')),
    fPort,
    ...given('fCnt', numberAt(message, 'fCnt')),
    ...given('time', textAt(message, 'time')),
    ...radio(message['rxInfo']),
    decoded: decode(decoder, message['data'], fPort, objectAt(message, 'object'), 'data'),
  };
}

function decode(
  name: string | undefined,
  base64: unknown,
  fPort: number,
  byServer: Record<string, unknown> | undefined,
  field: string,
): Record<string, unknown> {
  if (name === undefined) {
    if (byServer) return byServer;
    throw new Problem('bad-data', 'the server decoded nothing and the mapping names no decoder', field);
  }
  const decoder = decoders[name];
  if (!decoder) throw new Problem('bad-data', `there is no decoder ${name}`, 'decoder');
  if (typeof base64 !== 'string' || !/^[A-Za-z0-9+/]*={0,2}$/.test(base64) || base64.length % 4 !== 0) {
    throw new Problem('bad-data', 'the frame is not Base64', field);
  }
  return decoder(Buffer.from(base64, 'base64'), fPort);
}

/** Signal of the gateway that heard it best. */
function radio(gateways: unknown): { rssi?: number; snr?: number } {
  let best: { rssi?: number; snr?: number } = {};
  for (const gateway of Array.isArray(gateways) ? (gateways as unknown[]) : []) {
    if (!isObject(gateway)) continue;
    const rssi = numberAt(gateway, 'rssi');
    if (rssi === undefined || rssi <= (best.rssi ?? -Infinity)) continue;
    best = { rssi, ...given('snr', numberAt(gateway, 'snr')) };
  }
  return best;
}

const eui = (text: string | undefined): { devEui?: string } =>
  text !== undefined && /^[0-9a-fA-F]{16}$/.test(text) ? { devEui: text.toLowerCase() } : {};

function given<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  return value === undefined ? {} : ({ [key]: value } as Partial<Record<K, V>>);
}

function objectAt(from: Record<string, unknown>, key: string): Record<string, unknown> | undefined {
  const value = from[key];
  return isObject(value) ? value : undefined;
}

function textAt(from: Record<string, unknown>, key: string): string | undefined {
  const value = from[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function numberAt(from: Record<string, unknown>, key: string): number | undefined {
  const value = from[key];
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
