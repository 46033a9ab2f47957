/** Calls a method with arguments that its types do not allow. */
export function callUntyped(target: object, method: string, args: readonly unknown[]): unknown {
  const found: unknown = Reflect.get(target, method)
  if (typeof found !== 'function') throw new TypeError(`There is no method ${method}.`)
  return Reflect.apply(found, target, args)
}
