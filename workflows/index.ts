export { runPipeline } from './run-pipeline.ts';
export { tellFailure } from './tell-failure.ts';
