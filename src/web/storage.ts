// What the page remembers in the browser. A browser may refuse (blocked cookies, private windows) or be full: then the page's own
// memory stands in, and nothing is lost before the tab closes.

type Kind = 'localStorage' | 'sessionStorage';

export interface Shelf {
  readonly read: (key: string) => string | null;
  readonly write: (key: string, value: string) => void;
  readonly forget: (key: string) => void;
}

/** For this browser, beyond the tab. */
export const browserShelf = shelf('localStorage');
/** For this tab alone. */
export const tabShelf = shelf('sessionStorage');

/** `Storage` of this kind, with a memory for what it does not keep. Never throws. */
function shelf(kind: Kind): Shelf {
  const unkept = new Map<string, string>();
  return {
    read: (key) => unkept.get(key) ?? attempt(() => globalThis[kind].getItem(key)) ?? null,
    write: (key, value) => {
      const kept = attempt(() => {
        globalThis[kind].setItem(key, value);
        return true;
      });
      if (kept === true) unkept.delete(key);
      else unkept.set(key, value);
    },
    forget: (key) => {
      unkept.delete(key);
      attempt(() => globalThis[kind].removeItem(key));
    },
  };
}

/** Undefined when the browser refuses: even to name `localStorage` throws where cookies are blocked. */
function attempt<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}
