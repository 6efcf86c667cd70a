/** Beyond this nothing that a person types is wanted anywhere. */
const usual = 4_096;

/**
 * What somebody has typed, trimmed, in one spelling of its letters. Whatever is longer than `max` characters stays as it is, to be
 * refused or not found: marks that follow one another take time with the square of their number, a megabyte of them minutes.
 */
export function normalized(text: string, form: 'NFC' | 'NFKC' = 'NFC', max = usual): string {
  const trimmed = text.trim();
  return trimmed.length > max ? trimmed : trimmed.normalize(form).trim();
}
