import type { SessionAttributes } from '../attribute-view.ts'
import type { Session } from '../session.ts'

/**
 * Attributes as fields of a session library's own object. Some names it cannot show, since it has them itself: those stay
 * in the record, where another framework may have put them.
 */
export class LibraryAttributes {
  readonly #isHidden: (name: string) => boolean

  /** `isHidden`: whether the library's object has this name for something else. */
  constructor(isHidden: (name: string) => boolean) {
    this.#isHidden = isHidden
  }

  /** The attributes that the library can show. Throws `RECORD_UNREADABLE`. */
  of(view: Session): SessionAttributes {
    return this.#shown(view.data)
  }

  /** Makes the view hold what the library's session holds. */
  take(view: Session, from: object): void {
    const hidden = Object.entries(view.data).filter(([name]) => this.#isHidden(name))
    view.replaceData({ ...Object.fromEntries(hidden), ...this.#shown(from) })
  }

  /**
   * Brings the library's session up to what the view holds, but for attributes that were assigned anew since `before` was
   * copied from it.
   */
  show(view: Session, to: object, before: Readonly<SessionAttributes>): void {
    const shown = this.of(view)
    for (const name of new Set([...Object.keys(shown), ...Object.keys(before)])) {
      if (this.#isHidden(name) || Reflect.get(to, name) !== before[name]) continue
      if (Object.hasOwn(shown, name)) Reflect.set(to, name, shown[name])
      else Reflect.deleteProperty(to, name)
    }
  }

  #shown(fields: object): SessionAttributes {
    return Object.fromEntries(Object.entries(fields).filter(([name]) => !this.#isHidden(name)))
  }
}
