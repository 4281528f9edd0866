import { foundIn, type Leak, listedLeaks, type RowFacts } from '../../core/report/row-findings.ts';
import { useWords } from '../words/words.ts';

/** What a person should know of the rows: leaks, repetition, secrets, personal data, special tokens. */
export function RowFindings({ facts }: { facts: RowFacts & { dropped?: { excluded?: number } } }) {
  const { rowFacts: words, format } = useWords();
  const leak = ({ row, question, similarity }: Leak) => words.like(row, question, format.score(similarity));
  const near = foundIn(facts, 'near_duplicate');
  const secret = foundIn(facts, 'secret');
  const personal = foundIn(facts, 'personal');
  const special = foundIn(facts, 'special_token');
  const sameAnswers = facts.same_answers ?? [];
  const leaks = facts.dropped?.excluded ?? 0;
  return (
    <>
      <Listed title={words.leaks(leaks)} rows={leaks} lines={listedLeaks(facts.leaks).map(leak)} />
      <Listed
        title={words.sameAnswers(sameAnswers.length)}
        rows={sameAnswers.length}
        lines={listedLeaks(sameAnswers).map(leak)}
      />
      <Listed
        title={words.near_duplicate(near.rows)}
        rows={near.rows}
        lines={near.listed.map(({ row, like, similarity }) =>
          words.like(row, like ?? '', format.score(similarity ?? 0)),
        )}
      />
      {(['secret', 'personal'] as const).map((code) => {
        const { rows, listed } = code === 'secret' ? secret : personal;
        return (
          <Listed
            title={words[code](rows)}
            rows={rows}
            lines={listed.map(({ row, role, what, issuer }) => words.holds(row, role ?? '', what, issuer))}
          />
        );
      })}
      <Listed
        title={words.special_token(special.rows)}
        rows={special.rows}
        lines={special.listed.map(({ row, role, what }) => words.spells(row, role ?? '', what))}
      />
    </>
  );
}

const Listed = ({ title, rows, lines }: { title: string; rows: number; lines: readonly string[] }) =>
  rows === 0 ? null : (
    <details>
      <summary>{title}</summary>
      <ul class="rows">
        {lines.map((line) => (
          <li>{line}</li>
        ))}
        {rows > lines.length && lines.length > 0 ? <li>…</li> : null}
      </ul>
    </details>
  );
