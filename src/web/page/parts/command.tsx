/** A command line as one would type it, ready to copy. */
import { useState } from 'preact/hooks';
import { useSpeech } from '../i18n/context.js';
import { useAnnounce } from '../shell/announce.js';

export function Command({ text }: { text: string }) {
  const { t } = useSpeech();
  const announce = useAnnounce();
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    if (!(await copyText(text))) return;
    setCopied(true);
    announce(t.copied);
  };
  return (
    <span class="command">
      <code lang="en">{text}</code>
      <button type="button" class="verb" onClick={() => void copy()} onBlur={() => setCopied(false)}>
        {copied ? t.copied : t.copy}
      </button>
    </span>
  );
}

/** Beyond loopback without TLS a browser offers no clipboard; a selection still copies. */
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = document.createElement('textarea');
    field.value = text;
    document.body.append(field);
    field.select();
    const done = document.execCommand('copy');
    field.remove();
    return done;
  }
}
