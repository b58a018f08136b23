/** The items of a running task: a bar where it is known how many there are, and how they go on. */
import type { ItemsView } from '../../../control/items.js';
import { useSpeech } from '../i18n/context.js';
import { itemsDone, itemsPace } from './items-text.js';

export function ItemsBar({ items }: { items: ItemsView }) {
  const speech = useSpeech();
  const { processed, of, failed } = items;
  const share = (count: number) => `${of === null || of === 0 ? 0 : (100 * count) / of}%`;
  return (
    <div class="progress">
      {of !== null && (
        <div
          class="progress-bar"
          role="progressbar"
          aria-label={speech.t.items}
          aria-valuemin={0}
          aria-valuemax={of}
          aria-valuenow={processed}
        >
          <span class="is-done" style={{ width: share(processed - failed) }} />
          <span class="is-bad" style={{ width: share(failed) }} />
        </div>
      )}
      <p class="facts">
        {[...itemsDone(speech, items), ...itemsPace(speech, items)].map((text) => (
          <span key={text}>{text}</span>
        ))}
      </p>
    </div>
  );
}
