/**
 * What this browser keeps: `stored` for all tabs, `storedInTab` for one tab also after a reload.
 * A browser that refuses storage, or has no space left, keeps it in memory until the page is left.
 */
export class BrowserStorage {
  private readonly open: () => Storage;
  private readonly memory = new Map<string, string>();

  /** `open` returns the storage of the browser, or throws if the browser refuses it. */
  constructor(open: () => Storage) {
    this.open = open;
  }

  get(name: string): string | null {
    const inMemory = this.memory.get(name);
    return inMemory ?? this.attempt((storage) => storage.getItem(name)) ?? null;
  }

  set(name: string, value: string): void {
    this.remove(name);
    const isStored = this.attempt((storage) => {
      storage.setItem(name, value);
      return true;
    });
    if (!isStored) this.memory.set(name, value);
  }

  remove(name: string): void {
    this.memory.delete(name);
    this.attempt((storage) => storage.removeItem(name));
  }

  /** The value that `write` has stored. Null if there is none or it is not JSON. */
  read(name: string): unknown {
    try {
      return JSON.parse(this.get(name) ?? "null") as unknown;
    } catch {
      return null;
    }
  }

  write(name: string, value: unknown): void {
    this.set(name, JSON.stringify(value));
  }

  private attempt<T>(access: (storage: Storage) => T): T | null {
    try {
      return access(this.open());
    } catch {
      return null;
    }
  }
}

export const stored = new BrowserStorage(() => window.localStorage);
export const storedInTab = new BrowserStorage(() => window.sessionStorage);
