/** The token a server beyond loopback wants: typed once, kept in this browser until it is refused. */
const PLACE = 'daychain.token';

export function readToken(): string | null {
  try {
    return localStorage.getItem(PLACE);
  } catch {
    return null;
  }
}

export function keepToken(token: string | null): void {
  try {
    if (token === null) localStorage.removeItem(PLACE);
    else localStorage.setItem(PLACE, token);
  } catch {
    // A browser that keeps nothing asks again on the next load.
  }
}

export function tokenHeaders(): Record<string, string> {
  const token = readToken();
  return token === null ? {} : { authorization: `Bearer ${token}` };
}
