/** In which language the page begins. */
import { type Language, LANGUAGES } from '../i18n/formats.js';

/** The one chosen here before, else the first of the browser's that we speak, else English. */
export function firstLanguage(remembered: string | null, wanted: readonly string[]): Language {
  const known = [remembered ?? '', ...wanted].map((tag) => tag.slice(0, 2).toLowerCase());
  return LANGUAGES.find((language) => language === known.find((tag) => (LANGUAGES as readonly string[]).includes(tag))) ?? 'en';
}
