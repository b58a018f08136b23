/** The page as a whole: one header, one view, one voice for what changes. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { BackfillsScreen } from '../backfills/backfills-screen.js';
import { projectPath, sessionPath } from '../client/paths.js';
import { MayActContext, type Session } from '../client/role.js';
import { useCondition, useView } from '../client/use-view.js';
import { GridScreen } from '../grid/grid-screen.js';
import { speechIn, SpeechContext, useSpeech } from '../i18n/context.js';
import { useRoute } from '../location.js';
import { NextScreen } from '../next/next-screen.js';
import { Link } from '../parts/link.js';
import type { Route } from '../route.js';
import { AnnounceContext } from './announce.js';
import { ConditionBar } from './condition-bar.js';
import { FindContext } from './find.js';
import { Header } from './header.js';
import { HelpScreen } from './help-screen.js';
import { usePageKeys } from './page-keys.js';
import { useAppearance, useLanguage } from './settings.js';
import { TokenGate } from './token-gate.js';

export function App() {
  const route = useRoute();
  const [language, setLanguage] = useLanguage();
  const [appearance, setAppearance] = useAppearance();
  const speech = useMemo(() => speechIn(language), [language]);
  const [said, setSaid] = useState('');
  const [text, setText] = useState('');
  const finding = useMemo(() => ({ text, setText }), [text]);
  const announce = useCallback((words: string) => setSaid(words), []);
  const condition = useCondition();
  const locked = condition.problem?.status === 401;
  const session = useView<Session>(sessionPath, true).data;
  const project = useView<{ name: string }>(projectPath, true).data?.name ?? null;
  usePageKeys();
  useTitle(route, project, speech.t);
  useFocusOnView(route.view);

  return (
    <SpeechContext.Provider value={speech}>
      <AnnounceContext.Provider value={announce}>
        <FindContext.Provider value={finding}>
          <a class="skip" href="#content">
            {speech.t.skipToContent}
          </a>
          <Header {...{ route, project, setLanguage, appearance, setAppearance }} />
          <ConditionBar />
          <main id="content" tabIndex={-1} class={condition.problem?.away ? 'old' : undefined}>
            {locked ? (
              <TokenGate />
            ) : (
              <MayActContext.Provider value={session?.role !== 'read'}>
                <View route={route} />
              </MayActContext.Provider>
            )}
          </main>
          <p class="hidden" role="status" aria-live="polite">
            {said}
          </p>
        </FindContext.Provider>
      </AnnounceContext.Provider>
    </SpeechContext.Provider>
  );
}

function View({ route }: { route: Route }) {
  const { t } = useSpeech();
  switch (route.view) {
    case 'grid':
    case 'run':
      return <GridScreen route={route} />;
    case 'next':
      return <NextScreen range={route.range} />;
    case 'backfills':
    case 'backfill':
      return <BackfillsScreen id={route.view === 'backfill' ? route.id : null} />;
    case 'help':
      return <HelpScreen />;
    case 'nowhere':
      return (
        <section class="empty">
          <h1>{t.notHere}</h1>
          <p>
            <Link to={{ view: 'grid', chain: null }}>{t.toChains}</Link>
          </p>
        </section>
      );
  }
}

function useTitle(route: Route, project: string | null, t: ReturnType<typeof speechIn>['t']): void {
  useEffect(() => {
    const names: Record<Route['view'], string | null> = {
      grid: route.view === 'grid' ? route.chain : null,
      run: route.view === 'run' ? route.run.replace(':', ' ') : null,
      next: t.next,
      backfills: t.backfills,
      backfill: t.backfills,
      help: t.help,
      nowhere: null,
    };
    document.title = [names[route.view], project, 'daychain'].filter(Boolean).join(' · ');
  });
}

/** Another view begins at its beginning, also for who does not see it. A date's panel looks after its own focus. */
function useFocusOnView(view: Route['view']): void {
  const before = useRef(view);
  const group = view === 'run' ? 'grid' : view;
  useEffect(() => {
    if (before.current === group) return;
    before.current = group;
    document.getElementById('content')?.focus({ preventScroll: true });
    scrollTo({ top: 0 });
  }, [group]);
}
