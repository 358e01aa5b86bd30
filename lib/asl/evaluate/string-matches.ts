/**
 * `StringMatches`: `*` stands for any text, `\*` and `\\` for the character. Pieces are looked for from
 * left to right, each once, so that no pattern can make it slow; deliberately no RegExp.
 */

export function compileWildcards(pattern: string): (text: string) => boolean {
  const pieces = piecesOf(pattern);
  const first = pieces[0] ?? "";
  const last = pieces.at(-1) ?? "";
  const between = pieces.slice(1, -1);
  if (pieces.length === 1) return (text) => text === first;
  return (text) => {
    if (text.length < first.length + last.length) return false;
    if (!text.startsWith(first) || !text.endsWith(last)) return false;
    return holdsInOrder(text.slice(first.length, text.length - last.length), between);
  };
}

function holdsInOrder(text: string, pieces: readonly string[]): boolean {
  let at = 0;
  for (const piece of pieces) {
    const found = text.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return true;
}

/** What stands between the stars; at least one piece. */
function piecesOf(pattern: string): readonly string[] {
  const pieces: string[] = [];
  let piece = "";
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern.charAt(at);
    const next = pattern.charAt(at + 1);
    if (character === "*") {
      pieces.push(piece);
      piece = "";
    } else if (character === "\\" && (next === "*" || next === "\\")) {
      piece += next;
      at += 1;
    } else {
      piece += character;
    }
  }
  return [...pieces, piece];
}
