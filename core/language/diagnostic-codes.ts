/** Every kind of mistake that a document can hold, with what it means; the page of errors is made from it. */
export const diagnosticCodes = {
  YAML: 'The text is not YAML, or is YAML that has no meaning in a pipeline.',
  NOT_A_PIPELINE: 'The document is empty, or no map with `name` and `steps`.',
  NO_STEPS: 'The pipeline has no steps.',
  TOO_MANY_STEPS: 'The pipeline has more steps than a run can hold.',
  MISSING: 'A key or an option that must be there is not.',
  UNKNOWN_KEY: 'A key that the document language does not have.',
  UNKNOWN_OPTION: 'An option that this kind of step does not have.',
  UNKNOWN_KIND: '`uses` names no kind of step.',
  UNKNOWN_STEP: '`needs` names a step that is not there.',
  BAD_NAME: 'A name of a step, an input, an output or a variable that cannot be one.',
  BAD_VALUE: 'A value of the wrong type, out of its range, or not among those allowed.',
  BAD_EXPRESSION:
    'An expression that cannot be read, names what is not there, or has a type that does not fit its place.',
  CYCLE: 'Steps wait for each other, or one for itself.',
  BAD_PIPELINE: 'A pipeline that is to run as a step cannot be read, or too many of them lie within each other.',
  NO_REFERENCE: 'An evaluation is to give a score, but questions have no reference answer.',
} as const;

export type DiagnosticCode = keyof typeof diagnosticCodes;
