/** The composition root: the only place where everything meets. */
export { checkConfig, type ConfigReport } from './check-config.js';
export { demo } from './demo.js';
export { migrateFile } from './old-config.js';
export {
  MAX_BATCH_LINE,
  query,
  queryBatch,
  readBatchLine,
  type BatchProblem,
  type Query,
  type QueryReport,
} from './query.js';
export { openQueryMeans, type OpenMeans, type QueryOptions, type QueryProblem } from './query-means.js';
export { serve, type ServeOutcome } from './serve.js';
export { showConfig } from './show-config.js';
export { spawn } from './spawn.js';
