/** The page's texts and formats, in the language of the moment. */
import type { WhyCause } from '../../../control/why-view.js';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { en } from './en.js';
import { type Formats, formatsOf, type Language } from './formats.js';
import { fr } from './fr.js';
import { frenchCauses } from './fr-causes.js';

/** Both dictionaries have the same keys: the compiler sees to it. */
export type Texts = typeof en;

export interface Speech {
  language: Language;
  t: Texts;
  format: Formats;
  /** Null where the server's own sentences speak the language. */
  causes: Record<WhyCause, string> | null;
}

const DICTIONARIES: Record<Language, Texts> = { en, fr };

const CAUSES: Record<Language, Speech['causes']> = { en: null, fr: frenchCauses };

export function speechIn(language: Language): Speech {
  return { language, t: DICTIONARIES[language], format: formatsOf(language), causes: CAUSES[language] };
}

export const SpeechContext = createContext<Speech>(speechIn('en'));
export const useSpeech = (): Speech => useContext(SpeechContext);
