// The language of the pages: remembered, else the browser's own, else English.

import { useEffect, useState } from 'preact/hooks';
import { browserShelf } from './storage.ts';
import { en } from './texts/en.ts';
import { th } from './texts/th.ts';

/** Every text of the pages; what a language lacks does not compile. */
export type Texts = typeof en;
export const LANGUAGES = { en, th } as const satisfies Readonly<Record<string, Texts>>;
export type Language = keyof typeof LANGUAGES;

const STORED = 'liap.language';
const CHANGED = 'liap:language';

/** The language to begin with, given what is remembered and what the browser prefers. */
export function chooseLanguage(stored: string | null, preferred: readonly string[]): Language {
  for (const wish of [stored ?? '', ...preferred]) {
    const language = wish.slice(0, 2).toLowerCase();
    if (language === 'en' || language === 'th') return language;
  }
  return 'en';
}

let current: Language =
  typeof document === 'undefined' ? 'en' : chooseLanguage(browserShelf.read(STORED), navigator.languages);

/** The texts of the present language; a page that calls `useLanguage` at its root is drawn anew when it changes. */
export function texts(): Texts {
  return LANGUAGES[current];
}

/** The present language and the way to change it; also sets the document's `lang`. */
export function useLanguage(): readonly [Language, (language: Language) => void] {
  const [language, setShown] = useState(current);
  useEffect(() => {
    const follow = () => setShown(current);
    addEventListener(CHANGED, follow);
    return () => removeEventListener(CHANGED, follow);
  }, []);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  return [language, changeLanguage];
}

function changeLanguage(language: Language): void {
  current = language;
  browserShelf.write(STORED, language);
  dispatchEvent(new Event(CHANGED));
}
