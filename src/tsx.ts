/**
 * Lets Node load `.tsx`: its type stripping takes no JSX, so a load hook compiles these files as they are imported
 * (docs/decisions/0002). Imported first by `main.ts`, by workers and by the tests (`--import`).
 */
import { registerHooks } from 'node:module';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { transformSync } from 'oxc-transform';

registerHooks({
  load(url, context, nextLoad) {
    if (!url.endsWith('.tsx')) return nextLoad(url, context);
    const path = fileURLToPath(url);
    const { code, map, errors } = transformSync(path, readFileSync(path, 'utf8'), {
      lang: 'tsx',
      sourcemap: true,
      jsx: { runtime: 'automatic', importSource: 'preact' },
      typescript: { onlyRemoveTypeImports: true },
    });
    if (errors.length > 0) throw new SyntaxError(`${path}: ${errors.map((error) => error.message).join('; ')}`);
    const inline = map
      ? `\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(JSON.stringify(map)).toString('base64')}`
      : '';
    return { format: 'module', source: code + inline, shortCircuit: true };
  },
});
