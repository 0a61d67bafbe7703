/** The configuration: one table of options, and a loader that tells everything that is wrong with a file. */
export { changedOptions, keepRestart, type ChangedOptions } from './change.js';
export { CONFIG_KEYS, type Config, type ConfigKey, type RuleOption } from './config.js';
export type { DnsServers } from './dns-server.js';
export type { Environment } from './environment.js';
export { systemFiles, type ConfigFiles } from './files.js';
export type { ForwarderOption } from './forwarders.js';
export type { Milliseconds } from './kind.js';
export type { ListenAddress } from './listen-address.js';
export { DEFAULT_PATH, loadConfig, type LoadedConfig, type LoadInput, type Override } from './load.js';
export { printManualPage } from './manual-page.js';
export { OPTION_NAMES, OPTIONS, type OptionName } from './options.js';
export { printOrigin, type Origin } from './origin.js';
export { printConfig } from './print-config.js';
export { printProblems, type Problem, type ProblemCode, type Severity } from './problem.js';
export type { ConditionOption } from './rule-condition.js';
export { printSampleFile } from './sample-file.js';
export { printSchema } from './schema.js';
