const NAME = /^(?!(?:__proto__|constructor|prototype|cookie|id|req)$)\w{1,64}$/

/** Names of attributes that the shop lets its users choose. */
export function isAttributeName(name: string): boolean {
  return NAME.test(name)
}
