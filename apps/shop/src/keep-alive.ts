/**
 * Ms that a server keeps an idle connection: longer than balancers and browsers use one. Node's 5 s end it in the moment in
 * which somebody sends the next request, and always after a pause of the machine, as timers come before what waits there.
 */
export const KEEP_ALIVE = 75_000

/** The same, of a server that is about to close: it waits for connections that become idle only then. */
export const KEEP_ALIVE_AT_END = 1000
