/** Whether browsers send a cookie of `cookiePath` to this address. */
export function covers(cookiePath: string, url: string): boolean {
  const [path = '/'] = url.split('?', 1)
  if (!path.startsWith(cookiePath)) return false
  return path.length === cookiePath.length || cookiePath.endsWith('/') || path[cookiePath.length] === '/'
}
