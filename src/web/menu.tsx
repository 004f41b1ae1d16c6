// The menu of every page: language, sound, rules, and what the page adds.

import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Dialog } from './dialog.tsx';
import { LANGUAGES, texts, useLanguage } from './language.ts';
import type { Language } from './language.ts';
import { lazily } from './lazily.tsx';
import { isSoundOn, onSoundChange, playSound, setSound } from './sound.ts';

const RulesText = lazily(() => import('./rules.tsx').then((part) => part.RulesText));
const LANGUAGE_KEYS = Object.keys(LANGUAGES) as Language[];

type Open = 'nothing' | 'menu' | 'rules';

export function Menu({ children }: { children?: ComponentChildren }) {
  const [open, setOpen] = useState<Open>('nothing');
  const close = () => setOpen('nothing');
  const t = texts();
  return (
    <>
      <button type="button" class="quiet icon" aria-label={t.menu} onClick={() => setOpen('menu')}>
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <path d="M4 7h16M4 12h16M4 17h16" />
        </svg>
      </button>
      {open === 'menu' && (
        <Dialog title={t.menu} onClose={close}>
          <LanguageChoice />
          <SoundSwitch />
          <button type="button" class="secondary" onClick={() => setOpen('rules')}>
            {t.rulesOfGame}
          </button>
          {children}
        </Dialog>
      )}
      {open === 'rules' && (
        <Dialog title={t.rulesOfGame} onClose={close}>
          <RulesText />
        </Dialog>
      )}
    </>
  );
}

function LanguageChoice() {
  const [language, setLanguage] = useLanguage();
  return (
    <fieldset class="choice">
      <legend>{texts().language}</legend>
      {LANGUAGE_KEYS.map((key) => (
        <label key={key} lang={key}>
          <input
            type="radio"
            name="language"
            value={key}
            checked={key === language}
            onChange={() => setLanguage(key)}
          />
          {LANGUAGES[key].languageName}
        </label>
      ))}
    </fieldset>
  );
}

function SoundSwitch() {
  const [isOn, setOn] = useState(isSoundOn);
  useEffect(() => onSoundChange(() => setOn(isSoundOn())), []);
  return (
    <label class="switch">
      <input
        type="checkbox"
        role="switch"
        checked={isOn}
        onChange={({ currentTarget }) => {
          setSound(currentTarget.checked ? 'on' : 'off');
          playSound('turn');
        }}
      />
      {texts().sound}
    </label>
  );
}
