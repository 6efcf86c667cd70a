/** So many at once in all and to each host; first come, first served. */
export type Slots = {
  /** Resolves when it is one's turn. @returns gives the turn back */
  take(host: string): Promise<() => void>;
};

type Host = { under: number; readonly waiting: (() => void)[] };

export function createSlots({ perHost, inAll }: { readonly perHost: number; readonly inAll: number }): Slots {
  const hosts = new Map<string, Host>();
  /** Hosts that could send, were there room in all; first come, first served. */
  const ready = new Set<Host>();
  let under = 0;

  const mayStart = (host: Host): boolean => host.waiting.length > 0 && host.under < perHost;
  const start = (host: Host): void => {
    host.under++;
    under++;
    host.waiting.shift()?.();
  };
  const next = (host: Host): void => {
    while (mayStart(host) && under < inAll) start(host);
    if (mayStart(host)) ready.add(host);
    else ready.delete(host);
    for (const other of ready) {
      if (under >= inAll) return;
      start(other);
      if (!mayStart(other)) ready.delete(other);
    }
  };

  return {
    async take(name) {
      const host = hosts.get(name) ?? { under: 0, waiting: [] };
      hosts.set(name, host);
      const turn = new Promise<void>((resolve) => host.waiting.push(resolve));
      next(host);
      await turn;
      return () => {
        host.under--;
        under--;
        if (host.under === 0 && host.waiting.length === 0) hosts.delete(name);
        next(host);
      };
    },
  };
}
