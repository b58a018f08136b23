/** What a program says when it fails. Plain prose may speak of errors and failures (defect 9). */
const ERROR_TEXT =
  /\b(?:traceback|exception:|[a-z]*error:|http \d{3}|status code|rate limit|api key|econn\w+|timed out|unexpected token)|error_code|\bllm (?:call )?failed\b/i;

/**
 * How well an answer keeps to its form, 0 to 1 (O-57): 0.2 for each of five fields of the right type; 0.5 off where the reasoning is
 * the text of an error, 0.2 where it is empty, 0.1 for a confidence beyond 0 to 1, 0.1 for a valid text without anything encouraged.
 */
export function outputFormat(output: Readonly<Record<string, unknown>>): number {
  const { is_valid, violations, encouraged_aspects, reasoning, confidence } = output;
  const typed = [
    typeof is_valid === 'boolean',
    Array.isArray(violations),
    Array.isArray(encouraged_aspects),
    typeof reasoning === 'string',
    typeof confidence === 'number',
  ];
  let score = 0.2 * typed.filter(Boolean).length;
  if (typeof reasoning === 'string' && ERROR_TEXT.test(reasoning)) score -= 0.5;
  if (typeof reasoning !== 'string' || reasoning.trim() === '') score -= 0.2;
  if (typeof confidence === 'number' && !(confidence >= 0 && confidence <= 1)) score -= 0.1;
  if (is_valid === true && Array.isArray(encouraged_aspects) && encouraged_aspects.length === 0) score -= 0.1;
  return Math.round(100 * Math.min(1, Math.max(0, score))) / 100;
}
