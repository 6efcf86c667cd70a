import type { Socket } from 'node:net';

/**
 * Watches the frames of a connection before the MQTT library collects them: the library gathers a whole packet, however
 * large, so the limit must be held here, by the length that the packet's header announces.
 */
export type Guard = {
  /** @returns what is wrong with the bytes that just arrived, undefined when they may pass */
  check(chunk: Uint8Array): 'too-large' | 'version-5' | undefined;
};

export function frameGuard(packetMaxBytes: number): Guard {
  /** Bytes of the packet's body still to come. */
  let body = 0;
  /** Reading the length: how many of its bytes were seen; -1 = the first byte of a packet is next. */
  let lengthBytes = -1;
  let length = 0;
  let first = true;
  return {
    check(chunk) {
      if (first && chunk.length > 0) {
        first = false;
        if (speaksVersion5(chunk)) return 'version-5';
      }
      for (let at = 0; at < chunk.length;) {
        if (body > 0) {
          const skipped = Math.min(body, chunk.length - at);
          body -= skipped;
          at += skipped;
        } else if (lengthBytes < 0) {
          lengthBytes = 0;
          length = 0;
          at++;
        } else {
          const byte = chunk[at++] ?? 0;
          length += (byte & 0x7f) * 128 ** lengthBytes++;
          if (length > packetMaxBytes) return 'too-large';
          // A length has at most four bytes; a fifth is for the library to refuse.
          if (byte < 0x80 || lengthBytes >= 4) {
            body = length;
            lengthBytes = -1;
          }
        }
      }
      return undefined;
    },
  };
}

/** CONNECT whose protocol level is 5: header, length of one to four bytes, "MQTT" with its length, level. */
function speaksVersion5(chunk: Uint8Array): boolean {
  if (chunk[0] !== 0x10) return false;
  let at = 1;
  while (at < 5 && (chunk[at] ?? 0) >= 0x80) at++;
  at++;
  const name = [0x00, 0x04, 0x4d, 0x51, 0x54, 0x54];
  return name.every((byte, index) => chunk[at + index] === byte) && chunk[at + 6] === 5;
}

/** MQTT 5.0, 3.2: CONNACK, reason 0x84 "Unsupported Protocol Version", with a reason that a person can read. */
export function version5Refusal(): Uint8Array {
  const reason = Buffer.from('this broker speaks MQTT 3.1.1');
  const properties = Buffer.concat([Buffer.from([0x1f, 0, reason.length]), reason]);
  return Buffer.concat([Buffer.from([0x20, 3 + properties.length, 0, 0x84, properties.length]), properties]);
}

/**
 * Puts the guard before whoever reads the socket next. Replaces `read` of this one socket: a stream in between would
 * copy every byte and hide back-pressure.
 * @param refuse called once; the socket then gives nothing more
 */
export function guardSocket(socket: Socket, guard: Guard, refuse: (why: 'too-large' | 'version-5') => void): void {
  const read = socket.read.bind(socket);
  let refused = false;
  socket.read = (size?: number): Buffer | null => {
    const chunk = read(size) as Buffer | null;
    if (chunk === null || refused) return refused ? null : chunk;
    const wrong = guard.check(chunk);
    if (wrong === undefined) return chunk;
    refused = true;
    refuse(wrong);
    return null;
  };
}
