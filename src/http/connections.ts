/** Limits of connections, whatever is said over them. */
import type { ServerOptions } from 'node:http';
import type { Socket } from 'node:net';
import { unmapped } from './addresses.ts';
import { networkOf } from './limits.ts';

/** Who sends its headers or its body drop by drop is cut off, and so is who does not read. */
export const connectionLimits: ServerOptions = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 10_000,
  requestTimeout: 120_000,
  connectionsCheckingInterval: 2_000,
  keepAliveTimeout: 65_000,
  noDelay: true,
};
export const headersMax = 100;
/** Without a byte in either direction. */
export const silentMs = 300_000;
/** Open at a time: of all, and of one network. */
export const connectionsMax = 10_000;
const connectionsPerNetwork = 1_000;

/**
 * Nobody takes all connections: those of one network beyond its part are closed.
 * @param isOwn addresses without such a limit: this machine, proxies
 * @param onRefused called for each that is closed
 * @returns what begins to count a connection, and gives what ends that before the connection does
 */
export function onePart(
  options: { readonly isOwn: (address: string) => boolean; readonly onRefused: () => void },
  max = connectionsPerNetwork,
): (socket: Pick<Socket, 'remoteAddress' | 'destroy' | 'once'>) => () => void {
  const open = new Map<string, number>();
  return (socket) => {
    const address = unmapped(socket.remoteAddress ?? '');
    if (options.isOwn(address)) return () => {};
    const network = networkOf(address);
    const count = (open.get(network) ?? 0) + 1;
    if (count > max) {
      options.onRefused();
      socket.destroy();
      return () => {};
    }
    open.set(network, count);
    let isCounted = true;
    const release = (): void => {
      if (!isCounted) return;
      isCounted = false;
      const left = (open.get(network) ?? 1) - 1;
      if (left === 0) open.delete(network);
      else open.set(network, left);
    };
    socket.once('close', release);
    return release;
  };
}
