/** A heartbeat stays small, and a terminal has room for no more. */
const maxPoints = 48;

/** The loss of a training from its first step, in a few points: a heartbeat carries it, so all who watch see the same curve. */
export class LossCurve {
  #points: { step: number; sum: number; count: number }[] = [];
  /** Measurements in a full point. It doubles each time that the points have become too many. */
  #perPoint = 1;

  add(step: number, loss: number): void {
    const last = this.#points.at(-1);
    if (last && last.count < this.#perPoint)
      this.#points.splice(-1, 1, { step, sum: last.sum + loss, count: last.count + 1 });
    else this.#points.push({ step, sum: loss, count: 1 });
    if (this.#points.length > maxPoints) this.#halve();
  }

  /** Forgets what lies behind a step: a training that goes on from there trains it again. */
  goBackTo(step: number): void {
    this.#points = this.#points.filter((point) => point.step <= step);
  }

  get losses(): number[] {
    return this.#points.map(({ sum, count }) => Number((sum / count).toPrecision(4)));
  }

  #halve(): void {
    this.#perPoint *= 2;
    this.#points = this.#points.flatMap((point, index, all) => {
      if (index % 2 === 1) return [];
      const next = all[index + 1];
      return next ? [{ step: next.step, sum: point.sum + next.sum, count: point.count + next.count }] : [point];
    });
  }
}
