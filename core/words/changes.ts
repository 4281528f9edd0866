import { shortDigest } from '../digest.ts';
import type { Json } from '../handles.ts';
import type { Change } from '../reasons.ts';

/** `epochs 3 → 4`, `data changed: 40 → 43 rows`. */
export function changeWords({ code, facts }: Change): string {
  switch (code) {
    case 'data':
      if (!facts.rows)
        return facts.option === 'source' ? 'data changed' : `${facts.option} changed (by an earlier step)`;
      return facts.rows.before === facts.rows.after
        ? `data changed, still ${facts.rows.after} rows`
        : `data changed: ${facts.rows.before} → ${facts.rows.after} rows`;
    case 'option':
      return `${facts.option} ${short(facts.before)} → ${short(facts.after)}`;
    case 'content':
      return `${facts.option} changed`;
    case 'model':
      return `${facts.option} is another model now`;
    case 'artifact':
      return `${facts.option} changed (by an earlier step)`;
    case 'libraries':
      return 'the training libraries changed';
    case 'program':
      return `${programs[facts.name] ?? facts.name} ${facts.before ?? 'unset'} → ${facts.after ?? 'unset'}`;
    case 'revision':
      return `this version of temper carries out ${facts.kind} differently`;
  }
}

const programs: Readonly<Record<string, string>> = { ollama: 'Ollama', converters: 'the converters:' };

function short(value: Json | undefined): string {
  if (value === undefined) return 'unset';
  if (typeof value === 'string') {
    // A Hub name with its commit, which nobody reads to the end.
    const hub = /^hub:(.*)@([0-9a-f]{40})$/.exec(value);
    return hub ? `${hub[1]}@${hub[2]!.slice(0, 7)}` : value.startsWith('sha256:') ? shortDigest(value) : value;
  }
  return Array.isArray(value) ? `[${value.map((item) => short(item as Json)).join(', ')}]` : JSON.stringify(value);
}
