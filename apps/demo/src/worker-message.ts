/** What a worker tells the demo. */
export type WorkerMessage =
  | { readonly kind: 'listening'; readonly port: number }
  /** Sessions can be served; or not, just now. */
  | { readonly kind: 'ready'; readonly isReady: boolean }
  | { readonly kind: 'member'; readonly address: string; readonly pid: number }
  | { readonly kind: 'news'; readonly text: string }

const KINDS = ['listening', 'ready', 'member', 'news']

export function isWorkerMessage(message: unknown): message is WorkerMessage {
  return typeof message === 'object' && message !== null && KINDS.includes(String(Reflect.get(message, 'kind')))
}
