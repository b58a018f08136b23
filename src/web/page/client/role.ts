/** Whether whoever looks may also act. The server decides; the page only does not offer what would be refused. */
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';

export interface Session {
  tokenNeeded: boolean;
  name: string | null;
  role: 'read' | 'operate' | null;
}

export const MayActContext = createContext(true);
export const useMayAct = (): boolean => useContext(MayActContext);
