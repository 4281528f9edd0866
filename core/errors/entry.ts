/** What can go wrong while a step runs. `retry: 'no'` ends the step at once; codes are never reused. */
export interface ErrorEntry {
  summary: string;
  remedy: string;
  retry: 'yes' | 'no';
}
