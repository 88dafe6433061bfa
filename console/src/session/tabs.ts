/** What tabs of one browser tell one another, and do one at a time. */

/** A channel to the other tabs; of what this tab tells, it hears nothing. */
export class Tabs<Told> {
  readonly #channel: BroadcastChannel

  constructor(name: string, heard: (told: Told) => void) {
    this.#channel = new BroadcastChannel(name)
    this.#channel.onmessage = ({ data }: MessageEvent<Told>) => heard(data)
  }

  tell(told: Told): void {
    this.#channel.postMessage(told)
  }

  close(): void {
    this.#channel.close()
  }
}

/** Does something while no other tab does it; without TLS browsers have no locks, and the server bears two at once. */
export const alone = <T>(name: string, work: () => Promise<T>): Promise<T> =>
  'locks' in navigator ? navigator.locks.request(name, work) : work()
