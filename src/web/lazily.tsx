// Parts of the page that are loaded when they are first shown.

import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/** A component that loads itself; nothing is shown until it is there. */
export function lazily<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let loaded: ComponentType<P> | null = null;
  return function Lazy(props: P) {
    const [Part, setPart] = useState<ComponentType<P> | null>(() => loaded);
    useEffect(() => {
      if (Part !== null) return;
      void load().then((part) => {
        loaded = part;
        setPart(() => part);
      });
    }, [Part]);
    return Part === null ? null : <Part {...props} />;
  };
}
