/** Whether the access log of the vault is the one whose steps the transparency log was told of. Needs no key; see also `chorsu vault verify`. */
import { Problem } from '../../base/problem.ts';
import { objectIn, type RecordsCheck } from '../tlog/index.ts';
import { verifyLines, type Anchor } from './accessLog.ts';
import { anchorOf, anchorType } from './vault.ts';

export const checkAccessLog: RecordsCheck = (shown, found) => {
  const anchors: Anchor[] = [];
  for (const { record } of shown.each('SELECT record FROM main.log_version WHERE type = ?', anchorType)) {
    // One that is none is named already: it is not what was logged.
    const anchor = anchorOf(objectIn(record));
    if (anchor) anchors.push(anchor);
  }
  const what = 'the access log of the vault';
  if (!shown.has('vault')) {
    if (anchors.length > 0) found({ what, why: `vault.db is gone, and the log was told of ${anchors.length} steps` });
    return;
  }
  const rows = shown.each('SELECT entry, hash FROM vault.access ORDER BY seq');
  const lines = [...rows].map(({ entry, hash }) => ({ entry: String(entry), hash: String(hash) }));
  try {
    verifyLines(lines, anchors);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    found({ what: `${what}${error.field === undefined ? '' : `, ${error.field}`}`, why: error.message });
  }
};
