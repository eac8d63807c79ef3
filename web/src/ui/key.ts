import { useMemo } from "preact/hooks";

/** The key of a request: the same as long as it is the same request and nobody has answered it for good. */
export class Keys {
  readonly #make: () => string;
  #of = "";
  #key = "";

  constructor(make: () => string = () => crypto.randomUUID()) {
    this.#make = make;
  }

  of(request: unknown): string {
    const now = JSON.stringify(request);
    if (now !== this.#of || this.#key === "") {
      this.#of = now;
      this.#key = this.#make();
    }
    return this.#key;
  }

  /** The next request is another one, whatever it asks for. */
  answered() {
    this.#key = "";
  }
}

export const useKeys = () => useMemo(() => new Keys(), []);
