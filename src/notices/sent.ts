/** What came of one try to send a notice. */
export type Sent =
  | { sent: true; answer: string }
  /** `again`: another try may do better; no sooner than `afterMs`, where the receiver said so. */
  | { sent: false; answer: string; again: boolean; afterMs: number | null };
