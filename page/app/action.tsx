import type { ComponentChildren } from 'preact';
import { useWords } from '../words/words.ts';

interface Props {
  label: string;
  /** Where the form is sent, with what. */
  to: string;
  sends: Readonly<Record<string, string>>;
  /** The command that does the same. */
  command: string;
  /** What it does, in a sentence. */
  does: string;
  takesComment?: boolean;
  /** More to fill in. */
  children?: ComponentChildren;
}

/** A thing to do in two steps: the first button says what it does and with which command one could do it, the second does it. */
export function Action({ label, to, sends, command, does, takesComment, children }: Props) {
  const { app } = useWords();
  return (
    <details class="action">
      <summary>{label} …</summary>
      <form method="post" action={to}>
        <p>{does}</p>
        {Object.entries(sends).map(([name, value]) => (
          <input type="hidden" name={name} value={value} />
        ))}
        {takesComment && (
          <label>
            {app.comment}
            <input name="comment" maxlength={500} />
          </label>
        )}
        {children}
        <button type="submit">
          {app.confirm}: {label}
        </button>
        <p class="command">
          <span class="dim">{app.command}</span> <code>{command}</code>
        </p>
      </form>
    </details>
  );
}
