/** The sign of a state: the terminal's glyphs, drawn so that they look and align the same on every machine. */
import type { JSX } from 'preact';
import type { GlyphName } from '../grid/look.js';

const SHAPES: Record<GlyphName, JSX.Element | null> = {
  success: <path d="M3.5 8.6l3 3L12.5 5" />,
  skipped: <path d="M4 8h8" />,
  failed: <path d="M4.5 4.5l7 7m0-7l-7 7" />,
  cancelled: (
    <>
      <circle cx="8" cy="8" r="4.75" />
      <path d="M4.7 11.3l6.6-6.6" />
    </>
  ),
  running: <circle cx="8" cy="8" r="3.75" fill="currentColor" stroke="none" />,
  retrying: <path d="M12.2 6A4.75 4.75 0 1 0 12.75 8.6M12.6 3v3.2H9.4" />,
  waiting: (
    <>
      <circle cx="8" cy="8" r="4.75" />
      <path d="M8 8V3.25A4.75 4.75 0 0 1 12.75 8z" fill="currentColor" stroke="none" />
    </>
  ),
  missed: <circle cx="8" cy="8" r="3.75" />,
  none: null,
};

/** It says nothing to a screen reader: the word beside it, or the cell's label, does. */
export function Glyph({ name }: { name: GlyphName }) {
  return (
    <svg class="glyph" data-glyph={name} viewBox="0 0 16 16" aria-hidden="true">
      {SHAPES[name]}
    </svg>
  );
}
