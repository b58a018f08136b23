/** What a schema found wrong, in one line: the first five, each with its path, or `whole` where it is all of it. */
export function issuesText(issues: readonly { path: readonly PropertyKey[]; message: string }[], whole: string): string {
  return issues
    .slice(0, 5)
    .map(({ path, message }) => `${path.map(String).join('.') || whole}: ${message}`)
    .join('; ');
}
