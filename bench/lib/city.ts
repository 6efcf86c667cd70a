import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild, type Child } from './child.ts';

/** The whole platform in its own process on a fresh data directory. */
export async function startCity(
  options: readonly string[] = [],
): Promise<Child & { url: string; mqttPort: number; data: string }> {
  const data = mkdtempSync(join(tmpdir(), 'chorsu-bench-'));
  const child = await startChild(
    [
      'src/main.ts',
      'serve',
      '--log-level',
      'error',
      '--port',
      '0',
      '--mqtt-port',
      '0',
      '--data',
      join(data, 'city'),
      ...options,
    ],
    'http://',
  );
  const url = `http://${child.told.replace(/\/$/, '')}`;
  const info = (await (await fetch(`${url}/api/city`)).json()) as { mqttPort?: number };
  return {
    ...child,
    url,
    data: join(data, 'city'),
    mqttPort: info.mqttPort ?? 0,
    rssMb: () => child.rssMb(),
    stop: async () => {
      await child.stop();
      rmSync(data, { recursive: true, force: true });
    },
  };
}
