/** The configuration: one table of options, and a loader that tells everything that is wrong with a file. */
export type { DnsServers } from './dns-server.js';
export { systemFiles, type ConfigFiles } from './files.js';
export type { Milliseconds } from './kind.js';
export type { ListenAddress } from './listen-address.js';
export { DEFAULT_PATH, loadConfig, type LoadedConfig, type Origin, type Override } from './load.js';
export { printManualPage } from './manual-page.js';
export { OPTION_NAMES, OPTIONS, type Config, type OptionName } from './options.js';
export { printProblems, type Problem, type ProblemCode, type Severity } from './problem.js';
export { printSampleFile } from './sample-file.js';
