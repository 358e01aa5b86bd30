/**
 * A cache of the entries put or got lately, in two halves: when the newer one is full, the older one is dropped. What
 * is used often stays where it is, so that a look-up is one look-up.
 */
export class BoundedMap<K, V> {
  readonly #half: number;
  #newer = new Map<K, V>();
  #older = new Map<K, V>();

  /** Holds at most `limit` entries, and at least the half of that which was used last. */
  constructor(limit: number) {
    this.#half = Math.ceil(limit / 2);
  }

  get(key: K): V | undefined {
    const value = this.#newer.get(key);
    if (value !== undefined) return value;
    const old = this.#older.get(key);
    return old === undefined ? undefined : this.put(key, old);
  }

  put(key: K, value: V): V {
    this.#newer.set(key, value);
    if (this.#newer.size >= this.#half) {
      this.#older = this.#newer;
      this.#newer = new Map();
    }
    return value;
  }

  delete(key: K): void {
    this.#newer.delete(key);
    this.#older.delete(key);
  }
}

/** What `load` gives, loaded once for all who ask meanwhile; a failure is not remembered. */
export function remember<V>(cache: BoundedMap<string, Promise<V>>, key: string, load: () => Promise<V>): Promise<V> {
  const known = cache.get(key);
  if (known !== undefined) return known;
  const loading = load();
  loading.catch(() => cache.delete(key));
  return cache.put(key, loading);
}
