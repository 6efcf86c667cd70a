/**
 * Who may send now: so many at once in all and to each host. A host whose last answer was a failure is asked by one at a
 * time, so that a dead one holds nobody up but those who wait for it.
 */
export type Slots = {
  /** Resolves when it is one's turn. @returns give the turn back, saying whether the host answered as hoped */
  take(host: string): Promise<(well: boolean) => void>;
};

type Host = { under: number; failing: boolean; readonly waiting: (() => void)[] };

export function createSlots({ perHost = 16, inAll = 500 }: { perHost?: number; inAll?: number } = {}): Slots {
  const hosts = new Map<string, Host>();
  /** Hosts that could send, were there room in all; first come, first served. */
  const ready = new Set<Host>();
  let under = 0;

  const mayStart = (host: Host): boolean => host.waiting.length > 0 && host.under < (host.failing ? 1 : perHost);
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
      let host = hosts.get(name);
      if (!host) hosts.set(name, (host = { under: 0, failing: false, waiting: [] }));
      const mine = host;
      const turn = new Promise<void>((resolve) => mine.waiting.push(resolve));
      next(mine);
      await turn;
      return (well) => {
        mine.failing = !well;
        mine.under--;
        under--;
        if (well && mine.under === 0 && mine.waiting.length === 0) hosts.delete(name);
        next(mine);
      };
    },
  };
}
