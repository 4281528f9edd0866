/** The public code of every mistake in a document, with its meaning. The page of errors is generated from it. */
export const diagnosticCodes = {
  YAML: 'The text is not valid YAML, or uses YAML that has no meaning in a pipeline.',
  LOOKALIKE:
    'A character looks like one of the language and is another: a full-width colon, a curly quotation mark, a no-break space.',
  NOT_A_PIPELINE: 'The document is empty, or is not a map with `name` and `steps`.',
  NO_STEPS: 'The pipeline has no steps.',
  TOO_MANY_STEPS: 'The pipeline has more steps than a run can hold.',
  MISSING: 'A required key, option or input is missing.',
  UNKNOWN_KEY: 'The document language has no such key.',
  UNKNOWN_OPTION: 'This kind of step has no such option, or this pipeline no such input.',
  UNKNOWN_KIND: '`uses` does not name a kind of step, or the path of a pipeline.',
  UNKNOWN_STEP: '`needs` names a step that does not exist.',
  BAD_NAME: 'The name of a step, an input, an output or a variable is not valid.',
  BAD_VALUE: 'A value has the wrong type, is out of range, or is not one of those allowed.',
  BAD_EXPRESSION: 'An expression is not valid, names something that does not exist, or has the wrong type.',
  CYCLE: 'Steps wait for each other or for themselves, or pipelines run each other.',
  BAD_PIPELINE: 'A pipeline that runs as a step cannot be read, or pipelines are nested too deep.',
} as const;

export type DiagnosticCode = keyof typeof diagnosticCodes;
