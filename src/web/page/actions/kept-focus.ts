/** A focus that does not fall out of a row of buttons when what had it is taken away. */
import { useLayoutEffect } from 'preact/hooks';

/**
 * @param row whose buttons they are
 * @param formId of the form under it, if one is open
 * @param formAt the button that opened it
 * @returns gives the focus to the button at a place, or to the last one
 */
export function useKeptFocus(row: { current: HTMLElement | null }, formId: string, formAt: number): (at: number) => void {
  const buttons = (): HTMLElement[] => [...(row.current?.querySelectorAll<HTMLElement>(':scope > button') ?? [])];
  const focusAt = (at: number): void => {
    const all = buttons();
    all[Math.min(at, all.length - 1)]?.focus();
  };
  // While this is drawn, the page still is as it was before.
  const { activeElement } = document;
  const inForm = document.getElementById(formId)?.contains(activeElement) === true;
  const before = inForm ? formAt : buttons().findIndex((button) => button === activeElement);
  useLayoutEffect(() => {
    if (before >= 0 && document.activeElement === document.body) focusAt(before);
  });
  return focusAt;
}
