/**
 * Seconds that a member which stops may take to hand its data over. The default is meant for idle machines; on a busy one
 * it was over before the data were, and with the member went what it alone had.
 */
export const HAND_OVER = 120
