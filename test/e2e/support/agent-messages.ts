/** What a test and the agent inside its namespaces say to each other over the IPC channel. */

/** From the test. `id` is the test's name for the thing, given back in every report about it. */
export type Order =
  | { readonly do: 'start'; readonly id: number; readonly argv: readonly string[]; readonly log: string }
  | { readonly do: 'signal'; readonly id: number; readonly signal: NodeJS.Signals }
  | { readonly do: 'connect'; readonly id: number; readonly port: number; readonly from: string | null };

/** From the agent. `connected` carries the socket itself as its handle. */
export type Report =
  | { readonly did: 'open' }
  | { readonly did: 'started'; readonly id: number }
  | { readonly did: 'connected'; readonly id: number }
  | { readonly did: 'failed'; readonly id: number; readonly why: string }
  | { readonly did: 'exit'; readonly id: number; readonly status: number | null };
