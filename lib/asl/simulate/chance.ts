/** Chance for a simulation: drawn from a seed, the same for the same label at the same place. */

/** FNV-1a over the label, then two rounds of mixing: cheap, and good enough to look like chance. */
export function draw(seed: string, branch: string, seq: number, label: string): number {
  let hash = 0x811c9dc5;
  const text = `${seed}\u0000${branch}\u0000${seq}\u0000${label}`;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 0x1_0000_0000;
}
