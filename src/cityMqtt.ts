/** Where devices reach a city by MQTT. */
import type { Certificate, DoorSettings } from './http/index.ts';
import type { MqttOptions } from './ingest/index.ts';

export type MqttSettings = {
  readonly mqttHost: string;
  /** 0 takes a free one; absent: none. Without this port and the next there is no MQTT broker. */
  readonly mqttPort?: number;
  /** The same over TLS, with the certificate of the pages. */
  readonly mqttsPort?: number;
};

/** @param certificate absent: TLS is not spoken */
export function mqttOf(
  { mqttHost: host, mqttPort, mqttsPort, rateFactor }: MqttSettings & Pick<DoorSettings, 'rateFactor'>,
  certificate: Certificate | undefined,
): MqttOptions | false {
  const tls = certificate && mqttsPort !== undefined ? { port: mqttsPort, certificate } : undefined;
  if (mqttPort === undefined && !tls) return false;
  return {
    host,
    port: mqttPort ?? 'off',
    ...(tls && { tls }),
    ...(rateFactor !== undefined && { rateFactor }),
  };
}
