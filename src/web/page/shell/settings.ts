/** What this browser remembers of a reader: language and appearance. */
import { useEffect, useState } from 'preact/hooks';
import type { Language } from '../i18n/formats.js';
import { firstLanguage } from './first-language.js';

export const APPEARANCES = ['auto', 'light', 'dark'] as const;
export type Appearance = (typeof APPEARANCES)[number];

export function useLanguage(): [Language, (language: Language) => void] {
  const [language, setLanguage] = useState(() => firstLanguage(remembered('daychain.language'), navigator.languages));
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  return [
    language,
    (chosen) => {
      remember('daychain.language', chosen);
      setLanguage(chosen);
    },
  ];
}

export function useAppearance(): [Appearance, (appearance: Appearance) => void] {
  const [appearance, setAppearance] = useState<Appearance>(() => {
    const kept = remembered('daychain.appearance');
    return APPEARANCES.find((one) => one === kept) ?? 'auto';
  });
  useEffect(() => {
    if (appearance === 'auto') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = appearance;
  }, [appearance]);
  return [
    appearance,
    (chosen) => {
      remember('daychain.appearance', chosen);
      setAppearance(chosen);
    },
  ];
}

/** A browser may refuse to keep anything: then the page forgets, and works. */
function remembered(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

function remember(name: string, value: string): void {
  try {
    localStorage.setItem(name, value);
  } catch {
    // Forgotten with this page.
  }
}
