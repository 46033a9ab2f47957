/**
 * The descriptor of a property that is not shown, and not assigned to. A class, and no literal: V8 may put what a literal
 * makes into old space when it saw many of them survive, and what is there keeps all that it refers to until V8 collects
 * everything (docs/decisions/010-what-a-request-leaves-behind.md).
 */
export class HiddenValue implements PropertyDescriptor {
  readonly value: unknown
  readonly configurable: boolean

  constructor(value: unknown, configurable: boolean = false) {
    this.value = value
    this.configurable = configurable
  }
}
