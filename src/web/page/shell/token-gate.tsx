/** Asks once for the token of a server that wants one; the server keeps it in a cookie that no script can read. */
import { useMemo, useState } from 'preact/hooks';
import { lookAgain } from '../client/live.js';
import { sessionPath } from '../client/paths.js';
import { type Problem, problemOf } from '../client/problem.js';
import { act } from '../client/request.js';
import { forget } from '../client/use-view.js';
import { useSpeech } from '../i18n/context.js';

export function TokenGate() {
  const { t } = useSpeech();
  const [token, setToken] = useState('');
  const [problem, setProblem] = useState<Problem | null>(null);
  const key = useMemo(() => crypto.getRandomValues(new Uint32Array(2)).join('-'), []);
  const enter = async (event: Event): Promise<void> => {
    event.preventDefault();
    try {
      await act('POST', sessionPath, { token: token.trim() }, key);
      forget();
      lookAgain();
    } catch (error) {
      setProblem(problemOf(error));
      setToken('');
    }
  };
  return (
    <form class="gate" onSubmit={(event) => void enter(event)}>
      <h1>{t.tokenWanted}</h1>
      <p class="quiet">{t.tokenHint}</p>
      <label>
        <span>{t.token}</span>
        <input
          type="password"
          autocomplete="current-password"
          required
          value={token}
          onInput={(event) => setToken(event.currentTarget.value)}
        />
      </label>
      {problem !== null && (
        <p class="bad" role="alert">
          {problem.status === 401 ? t.tokenWrong : <span lang="en">{problem.message}</span>}
        </p>
      )}
      <button type="submit" class="act">
        {t.enter}
      </button>
    </form>
  );
}
