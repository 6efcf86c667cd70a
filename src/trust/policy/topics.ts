/** Topics and filters of MQTT 3.1.1 (4.7): which topics a filter can match. Pure. */

/** A topic that one can publish to: no wildcards, at least one character. */
export const isTopic = (topic: string): boolean => topic !== '' && !/[+#\0]/.test(topic);

/** A filter that one can subscribe to: wildcards stand alone in their level, `#` in the last one. */
export function isFilter(filter: string): boolean {
  const levels = filter.split('/');
  return (
    filter !== '' &&
    levels.every(
      (level, at) =>
        level === '+' || (level === '#' && at === levels.length - 1) || (level === '' ? true : isTopic(level)),
    )
  );
}

/** True when every topic that `inner` can match is one that `outer` matches. Both are filters; a topic is one too. */
export function covers(outer: string, inner: string): boolean {
  // A wildcard in front does not match topics that begin with $ (4.7.2).
  if (inner.startsWith('$') && /^[+#]/.test(outer)) return false;
  const [wide, narrow] = [outer.split('/'), inner.split('/')];
  for (const [at, level] of wide.entries()) {
    if (level === '#') return true;
    const other = narrow[at];
    // `a/#` matches `a` itself.
    if (other === undefined || other === '#') return false;
    if (level !== '+' && level !== other) return false;
  }
  return wide.length === narrow.length;
}

/**
 * True when every topic that the filter can match is `prefix` itself or lies below it. A prefix with a wildcard is none.
 * Asked for each message.
 */
export const below = (prefix: string, filter: string): boolean =>
  filter.startsWith(prefix) && (filter.length === prefix.length || filter[prefix.length] === '/') && isTopic(prefix);

/** Where a device that was given a prefix hears what it shall do. */
export const commandsOf = (prefix: string): string => `${prefix}/commands`;

/** What a policy is told of a topic, or of a filter, and of whoever asks. */
export type TopicFacts = { readonly own: boolean; readonly command: boolean; readonly reserved: boolean };

/** @param prefixes of whoever asks */
export function topicFacts(prefixes: readonly string[], filter: string): TopicFacts {
  const its = prefixes.filter((prefix) => below(prefix, filter));
  return {
    own: its.length > 0,
    command: its.some((prefix) => below(commandsOf(prefix), filter)),
    reserved: filter.startsWith('$'),
  };
}
