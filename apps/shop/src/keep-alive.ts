/**
 * Ms that a server keeps an idle connection: longer than balancers and browsers use one. Node's 5 s end it in the moment in
 * which somebody sends the next request, and always after a pause of the machine, as timers come before what waits there.
 */
export const KEEP_ALIVE = 75_000
