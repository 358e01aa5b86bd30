/**
 * What somebody has begun to write: it outlives leaving its page, a reload, and a key that is not taken any more. It
 * goes when the tab does, or with the key when that is put away.
 */
export interface Draft<T> {
  readonly read: () => T | undefined;
  readonly keep: (written: T) => void;
  readonly forget: () => void;
}

const prefix = "baton.draft.";

export function draftOf<T>(name: string): Draft<T> {
  const key = `${prefix}${name}`;
  return {
    read() {
      const text = sessionStorage.getItem(key);
      return text === null ? undefined : JSON.parse(text);
    },
    keep(written) {
      try {
        sessionStorage.setItem(key, JSON.stringify(written));
      } catch {
        sessionStorage.removeItem(key); // no room for so much: nothing rather than an older one
      }
    },
    forget: () => sessionStorage.removeItem(key),
  };
}

export function forgetDrafts(): void {
  for (const key of Object.keys(sessionStorage)) if (key.startsWith(prefix)) sessionStorage.removeItem(key);
}
