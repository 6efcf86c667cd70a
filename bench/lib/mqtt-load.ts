/**
 * An MQTT 3.1.1 load generator that costs little: hand-made packets over plain sockets. Each client keeps `window`
 * QoS 1 messages unacknowledged; what counts is what came back as PUBACK.
 */
import { connect, type Socket } from 'node:net';

export type MqttLoad = { messages: number; seconds: number; p50Ms: number; p99Ms: number };

export async function mqttLoad(options: {
  port: number;
  clients: number;
  window: number;
  seconds: number;
  /** Topic and payload of the n-th message of a client. */
  message: (client: number, n: number) => { topic: string; payload: string };
}): Promise<MqttLoad> {
  const { port, clients, window, seconds, message } = options;
  const latencies: number[] = [];
  let acknowledged = 0;
  const sockets = await Promise.all(Array.from({ length: clients }, (_, client) => open(port, `load-${client}`)));
  const start = performance.now();
  const end = start + seconds * 1000;
  await Promise.all(
    sockets.map(
      (socket, client) =>
        new Promise<void>((resolve, reject) => {
          const sentAt = new Map<number, number>();
          let n = 0;
          let id = 0;
          const publish = (): void => {
            id = (id % 65_535) + 1;
            sentAt.set(id, performance.now());
            const { topic, payload } = message(client, n++);
            socket.write(publishPacket(topic, payload, id));
          };
          readAcks(socket, (packetId) => {
            const now = performance.now();
            const sent = sentAt.get(packetId);
            sentAt.delete(packetId);
            if (sent !== undefined && acknowledged++ % 16 === 0) latencies.push(now - sent);
            if (now < end) publish();
            else if (sentAt.size === 0) {
              socket.end();
              resolve();
            }
          });
          socket.on('error', reject);
          for (let i = 0; i < window; i++) publish();
        }),
    ),
  );
  const took = (performance.now() - start) / 1000;
  latencies.sort((a, b) => a - b);
  const at = (share: number): number => Math.round((latencies[Math.floor(latencies.length * share)] ?? 0) * 10) / 10;
  return { messages: acknowledged, seconds: took, p50Ms: at(0.5), p99Ms: at(0.99) };
}

function open(port: number, clientId: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const body = Buffer.concat([text('MQTT'), Buffer.from([4, 2, 0, 0]), text(clientId)]);
    socket.once('connect', () => socket.write(Buffer.concat([Buffer.from([0x10]), remaining(body.length), body])));
    socket.once('data', (packet: Buffer) => {
      if (packet[0] === 0x20 && packet[3] === 0) resolve(socket);
      else reject(new Error(`the broker refused ${clientId}: ${packet.toString('hex')}`));
    });
    socket.once('error', reject);
  });
}

function readAcks(socket: Socket, onAck: (packetId: number) => void): void {
  let rest: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let at = 0;
    while (rest.length - at >= 2) {
      const length = 2 + (rest[at + 1] ?? 0);
      if (rest.length - at < length) break;
      if ((rest[at] ?? 0) >> 4 === 4) onAck(rest.readUInt16BE(at + 2));
      at += length;
    }
    rest = rest.subarray(at);
  });
}

function publishPacket(topic: string, payload: string, packetId: number): Buffer {
  const body = Buffer.concat([text(topic), Buffer.from([packetId >> 8, packetId & 255]), Buffer.from(payload)]);
  return Buffer.concat([Buffer.from([0x32]), remaining(body.length), body]);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes]);
}

function remaining(length: number): Buffer {
  const bytes: number[] = [];
  let left = length;
  do {
    bytes.push((left & 127) | (left > 127 ? 128 : 0));
    left >>= 7;
  } while (left > 0);
  return Buffer.from(bytes);
}
