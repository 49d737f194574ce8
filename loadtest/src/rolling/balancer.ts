/** Stands for the load balancers before edges and apis: it knows who is ready, and names them in turn. */
export class Balancer {
  #turn = 0;
  #edges: readonly string[] = [];
  #apis: readonly string[] = [];

  /** `onEdges`: told whenever there are other edges. */
  constructor(private readonly onEdges: (urls: readonly string[]) => Promise<void>) {}

  readonly edge = (): string => this.#next(this.#edges);
  readonly api = (): string => this.#next(this.#apis);

  async setEdges(urls: readonly string[]): Promise<void> {
    this.#edges = urls;
    await this.onEdges(urls);
  }

  setApis(urls: readonly string[]): void {
    this.#apis = urls;
  }

  #next(among: readonly string[]): string {
    if (among.length === 0) throw new Error('nobody is ready');
    return among[this.#turn++ % among.length] as string;
  }
}
