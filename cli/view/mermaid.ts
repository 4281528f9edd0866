import type { PlanForecast } from '../../core/estimates/plan-forecast.ts';
import { stepOf } from '../../core/run/expand-matrix.ts';
import type { Plan } from '../../core/run/plan.ts';
import { decisionWords, needsWords } from '../../core/words/forecasts.ts';

/** The plan as a Mermaid flow chart: what needs what, what is reused, and how long each step takes. */
export function mermaid(plan: Plan, forecast: PlanForecast): string {
  const lines = ['flowchart TD', ...chart(plan, forecast, [])];
  return `${lines.join('\n')}\n  classDef reuse fill:#e8f5e9,stroke:#43a047\n  classDef run fill:#e3f2fd,stroke:#1e88e5\n`;
}

function chart(plan: Pick<Plan, 'steps'>, forecast: PlanForecast, within: readonly string[]): string[] {
  const lines: string[] = [];
  for (const { id, uses, needs, plan: inner, if: condition } of plan.steps) {
    const own = forecast.steps.filter((each) => stepOf(each.id) === id && each.within.join('/') === within.join('/'));
    const name = nodeOf([...within, id]);
    if (inner) {
      lines.push(`  subgraph ${name}["${id}"]`, ...chart(inner, forecast, [...within, id]), '  end');
    } else {
      const [first] = own;
      const count = own.length > 1 ? ` × ${own.length}` : '';
      const time = first && own.length === 1 ? needsWords(first).time : '';
      const what = first ? decisionWords(first.decision).what : '';
      const text = [`${id}${count}`, [uses, what, what === 'reuse' ? '' : time].filter(Boolean).join(', ')];
      lines.push(`  ${name}["${text.join('<br/>')}"]:::${what === 'reuse' ? 'reuse' : 'run'}`);
    }
    for (const need of needs)
      lines.push(`  ${nodeOf([...within, need])} ${condition === undefined ? '-->' : '-.->|if|'} ${name}`);
  }
  return lines;
}

/** Mermaid has words of its own, such as `end`, that no node may be called. */
const nodeOf = (path: readonly string[]) => `s_${path.join('_').replaceAll('-', '_')}`;
