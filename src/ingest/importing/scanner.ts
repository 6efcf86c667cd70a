/** A program of the operator looks at files that browsers send, such as `clamdscan --fdpass --no-summary`. */
import { execFile } from 'node:child_process';
import { Problem } from '../../base/problem.ts';

/** @throws Problem bad-data: the file is refused; unreachable: it could not be looked at, which refuses it too */
export type Scan = (path: string) => Promise<void>;

const scanMs = 120_000;

/**
 * @param command a program and its first arguments, apart by spaces; the file's path is the last one. It ends with 0 when the file is
 *   clean and with 1 when it is not, as scanners of the family of ClamAV do; no shell reads it
 */
export function commandScan(command: string, timeoutMs = scanMs): Scan {
  const [program = '', ...words] = command.split(/\s+/).filter((word) => word !== '');
  return (path) =>
    new Promise((resolve, reject) => {
      execFile(program, [...words, path], { timeout: timeoutMs, killSignal: 'SIGKILL' }, (error) => {
        if (!error) resolve();
        else if (error.code === 1)
          reject(new Problem('bad-data', 'the scanner of this server refuses the file', 'file'));
        else
          reject(
            new Problem('unreachable', 'the scanner of this server does not work; the file was not taken', 'file'),
          );
      });
    });
}
