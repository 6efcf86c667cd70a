import type { Metrics } from './metrics.ts';

/** What the process itself uses, under the names that Prometheus clients agree on. */
export function watchProcess(metrics: Metrics): void {
  metrics.gauge('process_resident_memory_bytes', 'Resident memory', () => process.memoryUsage.rss());
  metrics.gauge('process_cpu_seconds_total', 'Processor time, all threads', () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
  metrics.gauge('nodejs_memory_bytes', 'Memory of the main thread, by kind', () => {
    const { heapUsed, heapTotal, external, arrayBuffers } = process.memoryUsage();
    return Object.entries({ heapUsed, heapTotal, external, arrayBuffers }).map(([kind, value]) => ({
      labels: { kind },
      value,
    }));
  });
}
