/** One JSON object per line on stderr; no addresses of persons, no payloads. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export type Log = {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
  /** The same log with fields that every line carries. */
  with(fields: Record<string, unknown>): Log;
};

const order: Record<LogLevel, number> = { debug: 10, info: 20, warn: 30, error: 40 };

export function jsonLog(options: { level?: LogLevel; write?: (line: string) => void; now?: () => number } = {}): Log {
  const { level = 'info', write = (line) => process.stderr.write(line), now = Date.now } = options;
  const make = (carried: Record<string, unknown>): Log => {
    const line = (at: LogLevel) => (message: string, fields?: Record<string, unknown>) => {
      if (order[at] < order[level]) return;
      write(`${JSON.stringify({ at: new Date(now()).toISOString(), level: at, message, ...carried, ...fields })}\n`);
    };
    return {
      debug: line('debug'),
      info: line('info'),
      warn: line('warn'),
      error: line('error'),
      with: (fields) => make({ ...carried, ...fields }),
    };
  };
  return make({});
}

export const silentLog: Log = jsonLog({ write: () => {} });
