/**
 * Topic patterns: `water/{district}/{meter}`. A segment is a word, `{name}` (any one segment, kept under that name) or
 * `+` (any one segment). The last may be `#`: whatever follows.
 */
export type TopicPattern = {
  readonly segments: readonly (
    | { readonly kind: 'word'; readonly word: string }
    | { readonly kind: 'any'; readonly name?: string }
    | { readonly kind: 'rest' }
  )[];
  readonly names: readonly string[];
};

/** @returns undefined and a reason when the text is no pattern */
export function parseTopicPattern(
  text: string,
): { pattern: TopicPattern; wanted?: undefined } | { pattern?: undefined; wanted: string } {
  const segments: TopicPattern['segments'][number][] = [];
  const names: string[] = [];
  const parts = text.split('/');
  if (text.startsWith('$')) return { wanted: 'a topic that does not begin with $' };
  for (const [index, part] of parts.entries()) {
    const name = /^\{([A-Za-z][\w]*)\}$/.exec(part)?.[1];
    if (name !== undefined) {
      if (names.includes(name)) return { wanted: `the name {${name}} only once` };
      names.push(name);
      segments.push({ kind: 'any', name });
    } else if (part === '+') segments.push({ kind: 'any' });
    else if (part === '#') {
      if (index !== parts.length - 1) return { wanted: '# only as the last segment' };
      segments.push({ kind: 'rest' });
    } else if (/[{}+#]/.test(part)) {
      return { wanted: `each segment a word, {name}, + or a last #; not "${part}"` };
    } else segments.push({ kind: 'word', word: part });
  }
  return { pattern: { segments, names } };
}

/** @returns what the named segments hold, undefined when the topic does not match */
export function matchTopic(pattern: TopicPattern, topic: readonly string[]): Record<string, string> | undefined {
  const { segments } = pattern;
  const captured: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    if (segment.kind === 'rest') return captured;
    const part = topic[index];
    if (part === undefined) return undefined;
    if (segment.kind === 'word') {
      if (segment.word !== part) return undefined;
    } else if (segment.name !== undefined) captured[segment.name] = part;
  }
  return topic.length === segments.length ? captured : undefined;
}
