/** What members write when another one has joined. */
const ALONE = 'Members {size:1'
const JOINED = 'Members {size:2'
/** When each entry is where it belongs again, or when it is first decided where those belong that come. */
const SETTLED = ['All migration tasks have been completed', 'Initializing cluster partition table']

/** Whether this one has seen a second member join, and get its copy of everything. */
export function isBackedUp({ output }: { readonly output: string }): boolean {
  const joined = output.lastIndexOf(JOINED)
  return joined > output.lastIndexOf(ALONE) && SETTLED.some((line) => output.lastIndexOf(line) > joined)
}
