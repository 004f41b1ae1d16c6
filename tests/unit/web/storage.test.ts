// What the page remembers where the browser refuses to.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { browserShelf, tabShelf } from '../../../src/web/storage.ts';

const KINDS = ['localStorage', 'sessionStorage'] as const;
const originals = KINDS.map((kind) => Object.getOwnPropertyDescriptor(globalThis, kind));

function provide(get: () => Partial<Storage>): void {
  for (const kind of KINDS) Object.defineProperty(globalThis, kind, { configurable: true, get });
}

afterEach(() => {
  for (const [index, kind] of KINDS.entries()) {
    const original = originals[index];
    if (original === undefined) Reflect.deleteProperty(globalThis, kind);
    else Object.defineProperty(globalThis, kind, original);
  }
  for (const shelf of [browserShelf, tabShelf]) shelf.forget('key');
});

describe.each([
  ['the browser', browserShelf],
  ['the tab', tabShelf],
])('a shelf for %s', (_whose, shelf) => {
  test('remembers in the page what a browser with blocked cookies does not even name', () => {
    provide(() => {
      throw new DOMException('Access is denied for this document.', 'SecurityError');
    });
    expect(shelf.read('key')).toBeNull();
    shelf.write('key', 'value');
    expect(shelf.read('key')).toBe('value');
    shelf.forget('key');
    expect(shelf.read('key')).toBeNull();
  });

  test('remembers in the page what a full storage does not take, instead of what that still holds', () => {
    const kept = new Map([['key', 'old']]);
    provide(() => ({
      getItem: (key) => kept.get(key) ?? null,
      setItem: () => {
        throw new DOMException('The quota has been exceeded.', 'QuotaExceededError');
      },
      removeItem: (key) => void kept.delete(key),
    }));
    expect(shelf.read('key')).toBe('old');
    shelf.write('key', 'new');
    expect(shelf.read('key')).toBe('new');
    shelf.forget('key');
    expect(shelf.read('key')).toBeNull();
  });

  describe('in a browser that lets it', () => {
    const kept = new Map<string, string>();
    beforeEach(() => {
      kept.clear();
      provide(() => ({
        getItem: (key) => kept.get(key) ?? null,
        setItem: (key, value) => void kept.set(key, value),
        removeItem: (key) => void kept.delete(key),
      }));
    });

    test('keeps things there', () => {
      shelf.write('key', 'value');
      expect([...kept]).toEqual([['key', 'value']]);
      expect(shelf.read('key')).toBe('value');
      shelf.forget('key');
      expect([...kept]).toEqual([]);
    });
  });
});
