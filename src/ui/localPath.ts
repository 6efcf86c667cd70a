/** A path of this site that somebody asks to be led back to; `/` in the place of whatever leads elsewhere. */
export const localPath = (asked: string | undefined): string =>
  asked !== undefined && /^\/(?![/\\])[^\\\p{Cc}]*$/u.test(asked) ? asked : '/';
