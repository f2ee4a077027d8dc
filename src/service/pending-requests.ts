/** Requests that wait for an answer, by id. */

import { type Deferred, deferred } from './deferred.ts';

export class PendingRequests<Request, Answer> {
  readonly #byId = new Map<number, { readonly request: Request; readonly answer: Deferred<Answer> }>();

  get size(): number {
    return this.#byId.size;
  }

  has(id: number): boolean {
    return this.#byId.has(id);
  }

  /** Resolves or rejects when one of the methods below is called with this id. */
  add(id: number, request: Request): Promise<Answer> {
    const answer = deferred<Answer>();
    this.#byId.set(id, { request, answer });
    return answer.promise;
  }

  resolve(id: number, answer: Answer): void {
    this.#byId.get(id)?.answer.resolve(answer);
    this.#byId.delete(id);
  }

  reject(id: number, error: unknown): void {
    this.#byId.get(id)?.answer.reject(error);
    this.#byId.delete(id);
  }

  rejectAll(error: unknown): void {
    for (const id of [...this.#byId.keys()]) this.reject(id, error);
  }

  /** In the order in which they were added. */
  *requests(): Iterable<readonly [id: number, request: Request]> {
    for (const [id, { request }] of this.#byId) yield [id, request];
  }
}
