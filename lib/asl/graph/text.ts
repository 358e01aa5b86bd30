/** Text in drawings: how wide it comes out, and cut or broken to fit. No font is asked: the widths are those of a usual sans serif, rounded up. */

const narrow = /[iljtfrI.,:;'|!()[\]{} ]/;
const broad = /[mwMW@%—…]|[A-Z]/;
/** East Asian writing and pictures take the room of two letters. */
const double =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]|\p{Emoji_Presentation}/u;

/** In pixels, for a font of that many. */
export function textWidth(text: string, fontSize: number): number {
  let ems = 0;
  for (const letter of text)
    ems += double.test(letter) ? 1.05 : narrow.test(letter) ? 0.36 : broad.test(letter) ? 0.74 : 0.58;
  return ems * fontSize;
}

/** In columns of a terminal. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const letter of text) columns += double.test(letter) ? 2 : 1;
  return columns;
}

/** At most that many columns, the last one an ellipsis where something is missing. */
export function clipped(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text;
  let kept = "";
  let taken = 1;
  for (const letter of text) {
    taken += columnsOf(letter);
    if (taken > columns) break;
    kept += letter;
  }
  return `${kept}…`;
}

/** Broken between words; a word that is longer than a line is clipped. */
export function wrapped(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const last = lines.at(-1);
    const joined = last === undefined ? undefined : `${last} ${word}`;
    if (joined !== undefined && columnsOf(joined) <= columns) lines[lines.length - 1] = joined;
    else lines.push(clipped(word, columns));
  }
  return lines;
}
