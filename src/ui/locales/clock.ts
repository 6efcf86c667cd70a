/** HH:mm for a known offset: what an island uses, since browsers lack zone data that we could trust. */
export function clockText(at: number, offsetMs: number): string {
  return new Date(at + offsetMs).toISOString().slice(11, 16);
}

/** dd.MM.yyyy for a known offset. */
export function dayText(at: number, offsetMs: number): string {
  return new Date(at + offsetMs).toISOString().slice(0, 10).split('-').toReversed().join('.');
}
