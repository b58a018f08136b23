/** Finds a chain, a task or a date: the grid shows what fits while one types, Enter opens what was written whole. */
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { useSpeech } from '../i18n/context.js';
import { show } from '../location.js';
import { FIND_ID } from './page-keys.js';

export interface Finding {
  text: string;
  setText: (text: string) => void;
}

export const FindContext = createContext<Finding>({ text: '', setText: () => undefined });
export const useFinding = (): Finding => useContext(FindContext);

export function Find() {
  const { t } = useSpeech();
  const { text, setText } = useFinding();
  const press = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      setText('');
      (event.target as HTMLElement).blur();
    } else if (event.key === 'Enter') {
      event.preventDefault();
      if (/^[a-z][\w-]*:./.test(text.trim())) show({ view: 'run', run: text.trim(), task: null, tab: 'graph' });
      else document.querySelector<HTMLElement>('[role="grid"] [tabindex="0"]')?.focus();
    }
  };
  return (
    <div class="top-find" role="search">
      <label for={FIND_ID} class="quiet">
        {t.find}
      </label>
      <input
        id={FIND_ID}
        type="text"
        autocomplete="off"
        spellcheck={false}
        placeholder={t.findHint}
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value);
          if (location.pathname !== '/' && !location.pathname.startsWith('/runs/')) show({ view: 'grid', chain: null });
        }}
        onKeyDown={press}
      />
      <kbd aria-hidden="true">/</kbd>
    </div>
  );
}
