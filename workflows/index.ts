export { runPipeline } from './run-pipeline.ts';
export { tell } from './tell.ts';
