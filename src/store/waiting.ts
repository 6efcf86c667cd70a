/** Two ways of waiting that the writer needs: until a sequence number is reached, and in line for room. */

export type WaitingFor = {
  /** Resolves at once when `seq` is reached already. */
  until(seq: number, reached: number): Promise<void>;
  reached(seq: number): void;
  fail(error: Error): void;
};

export function waitingFor(): WaitingFor {
  let waiting: { seq: number; resolve: () => void; reject: (error: Error) => void }[] = [];
  return {
    until: (seq, reached) =>
      seq <= reached
        ? Promise.resolve()
        : new Promise((resolve, reject) => {
            waiting.push({ seq, resolve, reject });
          }),
    reached(seq) {
      if (waiting.length === 0) return;
      const done = waiting.filter((one) => one.seq <= seq);
      waiting = waiting.filter((one) => one.seq > seq);
      for (const { resolve } of done) resolve();
    },
    fail(error) {
      const failed = waiting;
      waiting = [];
      for (const { reject } of failed) reject(error);
    },
  };
}

export type WaitingLine = {
  waiting(): number;
  /** Waits for a turn; false when `timeout` refused it first. @throws the error of `refuseAll` */
  wait(timeout: (refuse: () => void) => () => void): Promise<boolean>;
  /** Gives the first in line its turn; false when nobody waits. */
  letOne(): boolean;
  refuseAll(error: Error): void;
};

export function waitingLine(): WaitingLine {
  // A Set keeps the order and lets the one that gave up leave from the middle.
  const line = new Set<{ resolve: (turn: boolean) => void; reject: (error: Error) => void; cancel: () => void }>();
  return {
    waiting: () => line.size,
    wait: (timeout) =>
      new Promise((resolve, reject) => {
        const place = {
          resolve,
          reject,
          cancel: timeout(() => {
            line.delete(place);
            resolve(false);
          }),
        };
        line.add(place);
      }),
    letOne() {
      const [first] = line;
      if (!first) return false;
      line.delete(first);
      first.cancel();
      first.resolve(true);
      return true;
    },
    refuseAll(error) {
      for (const { reject, cancel } of line) {
        cancel();
        reject(error);
      }
      line.clear();
    },
  };
}
