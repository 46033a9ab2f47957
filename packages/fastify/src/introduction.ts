/** The property by which a session makes itself known. */
const INTRODUCE = 'toJSON'

const introductions = new WeakSet<object>()

/**
 * Data for the library's session, of which the library makes an object of its own: it copies every property, and then
 * turns that object into text, to compare it later. So the object's `toJSON` is called, once: by it we learn which object
 * was made of which data. It is gone then.
 */
export function introduced<Data extends object>(data: Data, meet: (session: object) => void): Data {
  const introduceItself = function (this: object): object {
    Reflect.deleteProperty(this, INTRODUCE)
    meet(this)
    return this
  }
  introductions.add(introduceItself)
  return { ...data, [INTRODUCE]: introduceItself }
}

/** Lets an object introduce itself that nobody has asked yet: a copy of the data. */
export function introduce(session: object): void {
  const own: unknown = Reflect.get(session, INTRODUCE)
  if (typeof own === 'function' && introductions.has(own)) Reflect.apply(own, session, [])
}
