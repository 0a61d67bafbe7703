/** The command line: words become one call into app. */
export { main } from './main.js';
export { flush } from './terminal.js';
