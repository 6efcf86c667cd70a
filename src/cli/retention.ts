/** `chorsu retention`: what would go by the rules, and letting it go. */
import { Problem } from '../base/problem.ts';
import type { Due, Retention, Run } from '../trust/index.ts';
import { command, type Command } from './command.ts';
import type { Deed } from './control.ts';
import { directory, withDefault } from './kinds.ts';
import { reach, type ReachDependencies } from './reach.ts';
import type { Served } from './serve.ts';
import { WrongUsage } from './usage.ts';

export type Retaining = { readonly retention: Retention | undefined };

const options = {
  data: withDefault(directory('The data directory; a server has to run on it.'), './data/city'),
};

export const retentionDeed =
  ({ retention }: Retaining): Deed =>
  async (wish) => {
    // The vault is part of it, and is open in the city that is served alone.
    if (!retention)
      throw new Problem('not-supported', 'retention is the work of the server: start it with chorsu serve');
    return wish['run'] === true ? { ran: await retention.run('system') } : { due: await retention.preview() };
  };

export function retentionCommand<P extends Served & Retaining>(needs: ReachDependencies<P>): Command {
  return command({
    name: 'retention',
    about: 'shows what is older than the rules allow, or lets it go',
    details:
      'preview: counts by rule, and what a hold protects; nothing goes. run: lets it go now; the server does it once a day by ' +
      'itself. /retention states the rules in force.',
    words: { called: 'preview|run', about: 'What to do.', min: 1, max: 1 },
    options,
    examples: [{ line: 'chorsu retention preview --data ./data/khujand', does: 'What would go now.' }],
    act: async ({ data }, [what], terminal) => {
      if (what !== 'preview' && what !== 'run') throw new WrongUsage(`"${what}" is neither preview nor run`);
      const wish = { do: 'retention', run: what === 'run' };
      const answer = (await reach(
        { data, wish, title: 'Counting', unit: 'kinds', looksOnly: true },
        needs,
        terminal,
      )) as { due?: readonly Due[]; ran?: Run };
      for (const { rule, count, held } of answer.due ?? []) {
        const kept = rule.days === null ? 'for good' : `${rule.days} days`;
        terminal.out(`${rule.kind}: ${count} would go (kept ${kept}; held: ${held})\n`);
      }
      for (const [kind, count] of Object.entries(answer.ran?.counts ?? {})) terminal.out(`${kind}: ${count} went\n`);
      return 0;
    },
  });
}
