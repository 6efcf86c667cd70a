import { parseArgs } from 'node:util';
import { runBenches } from './index.ts';
import { c1 } from './contexts.ts';
import { p1 } from './p1-patch.ts';
import { p3 } from './p3-mqtt.ts';
import { p5 } from './p5-notifications.ts';
import { p5Writes } from './p5-writes.ts';
import { p6 } from './p6-history.ts';
import { p9 } from './p9-memory.ts';
import { p12 } from './p12-import.ts';
import { p13 } from './p13-policies.ts';

const { values, positionals } = parseArgs({
  options: { seconds: { type: 'string', default: '10' } },
  allowPositionals: true,
});
await runBenches([c1, p1, p3, p5, p5Writes, p6, p9, p12, p13], positionals, Number(values.seconds));
