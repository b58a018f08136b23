/** Asks once for the token of a server that wants one. */
import { useState } from 'preact/hooks';
import { lookAgain } from '../client/live.js';
import { keepToken, readToken } from '../client/token.js';
import { useSpeech } from '../i18n/context.js';

export function TokenGate() {
  const { t } = useSpeech();
  const [token, setToken] = useState('');
  const wrong = readToken() !== null;
  const enter = (event: Event): void => {
    event.preventDefault();
    keepToken(token.trim());
    setToken('');
    lookAgain();
  };
  return (
    <form class="gate" onSubmit={enter}>
      <h1>{wrong ? t.tokenWrong : t.tokenWanted}</h1>
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
      <button type="submit" class="act">
        {t.enter}
      </button>
    </form>
  );
}
