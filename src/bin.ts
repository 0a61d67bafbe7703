#!/usr/bin/env node
/** The program. */
import { flush, main } from './cli/index.js';

const status = await main(process.argv.slice(2));
// A log line that nobody reads, on a full pipe, would keep the process for ever: its end is said, not awaited.
await flush();
process.exit(status);
