/** The work of a benchmark's task: recursive on purpose. */
export function fibo(n: number): number {
  return n < 2 ? n : fibo(n - 1) + fibo(n - 2);
}
