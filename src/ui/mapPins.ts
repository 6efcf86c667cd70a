/** Pushes pins apart until no two cover each other; worst first stay where they are. */
export function spread(
  places: readonly (readonly [number, number])[],
  distance: number,
): readonly (readonly [number, number])[] {
  const placed: [number, number][] = [];
  for (const [x, y] of places) {
    let best: [number, number] = [x, y];
    // Rings of eight places around the true one, outwards.
    search: for (let ring = 0; ring < 6; ring++) {
      for (let turn = 0; turn < (ring === 0 ? 1 : 8); turn++) {
        const angle = (turn * Math.PI) / 4;
        const tried: [number, number] = [
          x + Math.cos(angle) * ring * distance * 0.6,
          y + Math.sin(angle) * ring * distance * 0.6,
        ];
        if (placed.every(([px, py]) => Math.hypot(px - tried[0], py - tried[1]) >= distance)) {
          best = tried;
          break search;
        }
      }
    }
    placed.push(best);
  }
  return placed;
}
