export { tell } from './notifications/notify.ts';
export { runPipeline } from './run-pipeline.ts';
