/** One place where the page tells a screen reader, politely, what has changed. */
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';

export const AnnounceContext = createContext<(text: string) => void>(() => undefined);
export const useAnnounce = (): ((text: string) => void) => useContext(AnnounceContext);
