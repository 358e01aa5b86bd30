/**
 * Keys as LMDB holds them. All of ours are ASCII text, so that their bytes are their characters; that is what LMDB's
 * own encoding writes for them, too, but it looks at each character, for the sake of keys of other types.
 */

/** What LMDB gives a key's bytes in: a buffer with methods of Node that its types do not name. */
interface KeyBytes extends Uint8Array {
  latin1Write(text: string, at: number): number;
  latin1Slice(from: number, to: number): string;
}

export const asciiKeys = {
  /** Answers where the key ends. A RangeError makes LMDB take a new buffer. */
  writeKey(key: string, target: KeyBytes, at: number): number {
    // The four bytes behind a key are to be there, too: it ends where a 0 comes.
    if (at + key.length + 4 > target.length) throw new RangeError(`no room for a key of ${key.length} bytes`);
    const end = at + target.latin1Write(key, at);
    target.fill(0, end, end + 4);
    return end;
  },

  readKey(source: KeyBytes, from: number, to: number): string {
    return source.latin1Slice(from, to);
  },

  /** Asked for by LMDB; keys always are. */
  enableNullTermination(): void {},
};
