/** Remembers what was loaded for a short time, and loads the same thing only once at a time. */
export type Fresh = {
  get<T>(key: string, load: () => Promise<T>): Promise<T>
  forget(): void
}

type Entry = { value: Promise<unknown>; until: number }

/**
 * @param ttlMs how long a value is used, in milliseconds
 * @param limit how many values are kept; the oldest goes first
 */
export function freshFor({ ttlMs, limit }: { ttlMs: number; limit: number }): Fresh {
  const entries = new Map<string, Entry>()
  return {
    get<T>(key: string, load: () => Promise<T>): Promise<T> {
      const known = entries.get(key)
      if (known && known.until > performance.now()) return known.value as Promise<T>
      const value = load()
      const entry = { value, until: performance.now() + ttlMs }
      entries.delete(key)
      entries.set(key, entry)
      for (const oldest of entries.keys()) {
        if (entries.size <= limit) break
        entries.delete(oldest)
      }
      value.catch(() => {
        if (entries.get(key) === entry) entries.delete(key)
      })
      return value
    },
    forget: () => entries.clear(),
  }
}
