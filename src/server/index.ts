/** Transports: what carries a conversation over sockets, pipes and files. Knows no protocol. */
export { showAddress, type ListenAddress, type ReachableAddress } from './listen-address.js';
export { ListenError } from './listen-error.js';
export { listen, type Listener, type ListenOptions } from './listener.js';
export { relay } from './relay.js';
export { stdio } from './stdio.js';
