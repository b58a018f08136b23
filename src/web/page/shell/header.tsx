/** The one line at the top: whose page it is, where to go, and how it looks. */
import { useSpeech } from '../i18n/context.js';
import { type Language, LANGUAGES } from '../i18n/formats.js';
import { Link } from '../parts/link.js';
import type { Route } from '../route.js';
import { Find } from './find.js';
import { APPEARANCES, type Appearance } from './settings.js';

const BRAND = 'daychain';

export interface HeaderProps {
  route: Route;
  project: string | null;
  setLanguage: (language: Language) => void;
  appearance: Appearance;
  setAppearance: (appearance: Appearance) => void;
}

export function Header({ route, project, setLanguage, appearance, setAppearance }: HeaderProps) {
  const { t, language } = useSpeech();
  const next = APPEARANCES[(APPEARANCES.indexOf(appearance) + 1) % APPEARANCES.length] ?? 'auto';
  return (
    <header class="top">
      <p class="top-name">
        <Link to={{ view: 'grid', chain: null }} class="top-brand">
          {BRAND}
        </Link>
        {project !== null && <span class="quiet">{project}</span>}
      </p>
      <Find />
      <nav aria-label={t.mainMenu} class="top-views">
        <Link to={{ view: 'grid', chain: null }} current={route.view === 'grid' || route.view === 'run'}>
          {t.chains}
        </Link>
        <Link to={{ view: 'next', range: 'day' }} current={route.view === 'next'}>
          {t.next}
        </Link>
        <Link to={{ view: 'backfills' }} current={route.view === 'backfills' || route.view === 'backfill'}>
          {t.backfills}
        </Link>
        <Link to={{ view: 'help' }} current={route.view === 'help'}>
          {t.help}
        </Link>
      </nav>
      <div class="top-settings">
        <span role="group" aria-label={t.language} class="top-languages">
          {LANGUAGES.map((one) => (
            <button
              key={one}
              type="button"
              lang={one}
              class="verb"
              aria-label={t.languageNames[one]}
              aria-pressed={one === language}
              onClick={() => setLanguage(one)}
            >
              {one.toUpperCase()}
            </button>
          ))}
        </span>
        <button
          type="button"
          class="verb"
          aria-label={`${t.appearance}: ${t.appearances[appearance]}`}
          onClick={() => setAppearance(next)}
        >
          <span aria-hidden="true">{'◐'}</span> {t.appearances[appearance]}
        </button>
      </div>
    </header>
  );
}
