import type { Configuration } from '../../core/report/run-view.ts';
import { useWords } from '../words/words.ts';

/** What the run was told to do: its document, every option with its default, and what names meant when it began. */
export function ConfigurationPart({ configuration }: { configuration: Configuration | undefined }) {
  const { configuration: words, format } = useWords();
  if (!configuration) return <p class="dim">{words.gone}</p>;
  const { path, text, inputs, steps, pins } = configuration;
  const files = Object.entries(pins.files ?? {});
  const models = Object.entries(pins.models ?? {});
  return (
    <>
      <details>
        <summary>{words.document}</summary>
        <p class="code">{path}</p>
        <pre tabindex={0}>{text}</pre>
      </details>
      <details>
        <summary>{words.options}</summary>
        {Object.keys(inputs).length > 0 && (
          <>
            <h4>{words.inputs}</h4>
            <pre tabindex={0}>{JSON.stringify(inputs, null, 2)}</pre>
          </>
        )}
        {steps.map(({ id, uses, with: options }) => (
          <>
            <h4>
              {id} <span class="dim">{uses}</span>
            </h4>
            <pre tabindex={0}>{JSON.stringify(options, null, 2)}</pre>
          </>
        ))}
      </details>
      {files.length + models.length > 0 && (
        <details>
          <summary>{words.pins}</summary>
          <div class="wide">
            <table>
              <tbody>
                {files.map(([file, { digest, size }]) => (
                  <tr>
                    <td class="code">{file}</td>
                    <td class="code">{digest}</td>
                    <td class="number">{format.bytes(size)}</td>
                  </tr>
                ))}
                {models.map(([model, digest]) => (
                  <tr>
                    <td class="code">{model}</td>
                    <td class="code">{digest}</td>
                    <td />
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </details>
      )}
    </>
  );
}
