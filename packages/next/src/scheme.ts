/** Whether the browser's connection is an encrypted one. Next.js itself fills the header in where no proxy did. */
export function isHttps(forwardedProto: string | null | undefined): boolean {
  return forwardedProto?.split(',', 1)[0]?.trim() === 'https'
}
