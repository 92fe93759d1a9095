/** What it returns is awaited and dropped. */
type Release = () => unknown;

/**
 * Owns what was opened, and gives it back last in, first out: what was opened later may depend on what was opened before.
 */
export class ResourceScope {
  readonly name: string;
  readonly #releases: { readonly name: string; readonly release: Release }[] = [];
  #closing: Promise<void> | undefined;

  constructor(name: string) {
    this.name = name;
  }

  get closed(): boolean {
    return this.#closing !== undefined;
  }

  /** Opens a resource and promises to release it. A scope that was closed in the meantime releases it at once. */
  async use<Resource>(
    name: string,
    acquire: () => Promise<Resource> | Resource,
    release: (resource: Resource) => unknown,
  ): Promise<Resource> {
    this.#refuseWhenClosed(name);
    const resource = await acquire();
    if (this.closed) {
      await release(resource);
      this.#refuseWhenClosed(name);
    }
    this.#releases.push({ name, release: () => release(resource) });
    return resource;
  }

  /** Something to do at the end that belongs to no resource. */
  defer(name: string, release: Release): void {
    this.#refuseWhenClosed(name);
    this.#releases.push({ name, release });
  }

  /** Releases everything once. A release that fails does not stop the others; all failures come as one AggregateError. */
  close(): Promise<void> {
    this.#closing ??= this.#releaseAll();
    return this.#closing;
  }

  async #releaseAll(): Promise<void> {
    const failures: Error[] = [];
    for (let entry = this.#releases.pop(); entry !== undefined; entry = this.#releases.pop()) {
      try {
        await entry.release();
      } catch (cause) {
        failures.push(new Error(`Cannot release ${entry.name}`, { cause }));
      }
    }
    if (failures.length > 0) {
      const names = failures.map((failure) => failure.message).join('; ');
      throw new AggregateError(failures, `Closing ${this.name}: ${names}`);
    }
  }

  #refuseWhenClosed(name: string): void {
    if (this.closed) throw new Error(`Cannot open ${name}: ${this.name} is closing`);
  }
}
