import type { ComponentChildren } from 'preact';
import type { RunView } from '../../core/report/run-view.ts';
import { useWords, type Words } from '../words/words.ts';
import { ConfigurationPart } from './configuration.tsx';
import { CostPart } from './cost.tsx';
import { DatasetPart } from './dataset.tsx';
import { DriftPart } from './drift.tsx';
import { ExamPart } from './exam.tsx';
import { GraphPart } from './graph.tsx';
import { LineagePart } from './lineage.tsx';
import { TimelinePart } from './timeline.tsx';
import { TrainingPart } from './training.tsx';
import { VerdictPart } from './verdict.tsx';

type SectionName = keyof Words['sections'];

/** One run, in the order in which people ask about it: the same in the report and on the page. `after`: stands below the verdict. */
export function RunPart({ view, after }: { view: RunView; after?: ComponentChildren }) {
  const words = useWords();
  const { exams, examsGone, trainings, datasets, drifts } = view;
  // Of a run under way people ask first what it does, of one that failed how far it came; of one that succeeded, what came of it.
  const stepsComeFirst = view.status !== 'succeeded';
  const steps = (
    <Section name="steps">
      <GraphPart steps={view.timeline.steps} />
      <TimelinePart timeline={view.timeline} />
    </Section>
  );
  return (
    <>
      <VerdictPart view={view} />
      {after}
      {stepsComeFirst && steps}
      {exams.length + examsGone.length > 0 && (
        <Section name="answers">
          {exams.map((exam) => (
            <ExamPart exam={exam} />
          ))}
          {examsGone.map((step) => (
            <p class="dim">{words.exam.gone(step)}</p>
          ))}
        </Section>
      )}
      {trainings.length > 0 && (
        <Section name="training">
          {trainings.map((training) => (
            <TrainingPart training={training} />
          ))}
        </Section>
      )}
      {datasets.length > 0 && (
        <Section name="data">
          {datasets.map((dataset) => (
            <DatasetPart dataset={dataset} />
          ))}
        </Section>
      )}
      {drifts.length > 0 && (
        <Section name="quantization">
          {drifts.map((drift) => (
            <DriftPart drift={drift} />
          ))}
        </Section>
      )}
      {!stepsComeFirst && steps}
      <Section name="lineage">
        <LineagePart models={view.models} />
      </Section>
      <Section name="cost">
        <CostPart cost={view.cost} />
      </Section>
      <Section name="configuration">
        <ConfigurationPart configuration={view.configuration} />
      </Section>
      {view.commands.length > 0 && (
        <Section name="again">
          <p>{words.again.stored}</p>
          <pre tabindex={0}>{view.commands[0]}</pre>
          <p>{words.again.document}</p>
          <pre tabindex={0}>{view.commands[1]}</pre>
        </Section>
      )}
    </>
  );
}

/** A part with a heading. The page replaces it by its id when the run has changed. */
function Section({ name, children }: { name: SectionName; children: ComponentChildren }) {
  const { sections } = useWords();
  return (
    <section class="part" id={name}>
      <h2>{sections[name]}</h2>
      {children}
    </section>
  );
}
