/** A configuration in which these workers get no requests. */
export type ConfigurationWithout = (down: ReadonlySet<string>) => string

/** A balancer that asks nobody for health: it is told which workers there are by a new configuration. */
export abstract class ReloadedBalancer {
  /** At each reload. */
  readonly closesIdle = true
  readonly #without: ConfigurationWithout
  readonly #down: Set<string>
  #reloads: Promise<void> = Promise.resolve()

  /** `down`: the workers that its first configuration leaves out. */
  protected constructor(without: ConfigurationWithout, down: ReadonlySet<string>) {
    this.#without = without
    this.#down = new Set(down)
  }

  async welcome(name: string): Promise<void> {
    this.#down.delete(name)
    await this.#reload()
  }

  async retire(name: string, terminate: () => void): Promise<void> {
    this.#down.add(name)
    await this.#reload()
    terminate()
  }

  /** Resolves when new requests are served by this configuration. */
  protected abstract readAgain(configuration: string): Promise<void>

  /** One after the other. */
  #reload(): Promise<void> {
    this.#reloads = this.#reloads.then(() => this.readAgain(this.#without(this.#down)))
    return this.#reloads
  }
}
