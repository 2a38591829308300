/** Of names at most this many edits away one is offered as what was meant. */
const EDITS_MAX = 3;

/** The name most like `given`, where one is near enough to have been meant. */
export function closest(given: string, names: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Math.min(EDITS_MAX, Math.floor(given.length / 2)) + 1;
  for (const name of names) {
    const edits = editsBetween(given, name, least);
    if (edits < least) [best, least] = [name, edits];
  }
  return best;
}

/** Levenshtein's distance; `enough` where it is no less. */
function editsBetween(a: string, b: string, enough: number): number {
  if (Math.abs(a.length - b.length) >= enough) return enough;
  let before = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (before[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(swap, (before[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    before = row;
  }
  return before[b.length] ?? enough;
}
