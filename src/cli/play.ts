/** `chorsu play`: recorded data is sent again, as its devices would. */
import { systemClock } from '../base/clock.ts';
import { progress } from '../base/progress.ts';
import { command, type Command } from './command.ts';
import { file, required, speed, text, url, withDefault } from './kinds.ts';
import { stopSignals, type SignalSource } from './signals.ts';

const options = {
  mapping: required(file('The mapping that reads the file; its "play" names the topic.')),
  source: text('ID')('Whose CSV mapping; needed when the mapping file has several.'),
  mqttUrl: withDefault(url('mqtt:', 'mqtts:')('The MQTT broker to send to.'), 'mqtt://127.0.0.1:1883'),
  speed: withDefault(speed('How many times faster than recorded; max is as fast as it is acknowledged.'), 'max'),
};

export function playCommand(needs: { signals: SignalSource; exitNow: (code: number) => void }): Command {
  return command({
    name: 'play',
    about: 'sends recorded data over MQTT, as its devices would',
    details:
      'One message with QoS 1 per reading of the file. Ends when the last one is acknowledged, which a Chorsu server does ' +
      'once the value is on disk. Run it against a server that has the same mapping.',
    words: { called: 'FILE', about: 'A CSV file with a header.', min: 1, max: 1 },
    options,
    examples: [
      { line: 'chorsu play traffic.csv --mapping traffic.json', does: 'As fast as the server can take it.' },
      { line: 'chorsu play traffic.csv --mapping traffic.json --speed 60', does: 'An hour in a minute.' },
    ],
    act: async (given, [name = ''], terminal) => {
      const { loadMapping, play } = await import('../ingest/index.ts');
      const stop = stopSignals(needs.signals, { now: terminal.now, exitNow: needs.exitNow });
      const leaving = new AbortController();
      void stop.asked.then(() => leaving.abort());
      const bar = progress({
        title: 'Playing',
        unit: 'bytes',
        write: terminal.err,
        terminal: terminal.interactive,
        now: terminal.now,
      });
      try {
        const report = await play(
          {
            file: name,
            mapping: await loadMapping(given.mapping),
            mqttUrl: given.mqttUrl,
            speed: given.speed,
            signal: leaving.signal,
            ...(given.source !== undefined && { source: given.source }),
            onProgress: ({ bytes, bytesTotal, acknowledged }) =>
              bar.at(bytes, bytesTotal, `${acknowledged} messages acknowledged`),
          },
          { clock: systemClock },
        );
        bar.end();
        const { rows, sent, acknowledged, values, skipped, seconds } = report;
        terminal.out(
          `${rows} rows, ${sent} messages sent, ${acknowledged} acknowledged, ${values} values, ${skipped} skipped, ` +
            `${seconds.toFixed(1)} s (${Math.round(values / Math.max(seconds, 0.001))} values/s)\n`,
        );
        return leaving.signal.aborted ? 1 : 0;
      } finally {
        stop.release();
      }
    },
  });
}
