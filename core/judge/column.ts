/** The name of the judge among the metrics. */
export const judgeMetric = 'judge';

/**
 * The score of the tuned model beside that of a rival. By a judge, each score is a share of wins against another model: a
 * rival's is the one against the tuned model, and what it leaves is the tuned model's own.
 */
export const ownBeside = (metric: string, own: number, rival: number): number =>
  metric === judgeMetric ? 1 - rival : own;
