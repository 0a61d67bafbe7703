/** A map that knows which of its entries was used least recently. */

interface Node<K, V> {
  readonly key: K;
  readonly value: V;
  older: Node<K, V> | null;
  newer: Node<K, V> | null;
}

/**
 * The order is a list of its own. A `Map` keeps one too, but taking the first key of one from which the
 * first keys are always deleted walks over all that was deleted: ten microseconds a message, when measured.
 */
export class RecentMap<K, V> {
  readonly #nodes = new Map<K, Node<K, V>>();
  #oldest: Node<K, V> | null = null;
  #newest: Node<K, V> | null = null;

  get size(): number {
    return this.#nodes.size;
  }

  /** What was used least recently. */
  get oldest(): { readonly key: K; readonly value: V } | null {
    return this.#oldest;
  }

  /** In no order that means anything. Does not count as use. */
  keys(): IterableIterator<K> {
    return this.#nodes.keys();
  }

  /** Does not count as use. */
  peek(key: K): V | undefined {
    return this.#nodes.get(key)?.value;
  }

  /** Marks the entry as just used, if there is one. */
  touch(key: K): void {
    this.get(key);
  }

  /** Counts as use. */
  get(key: K): V | undefined {
    const node = this.#nodes.get(key);
    if (node === undefined) return undefined;
    if (node !== this.#newest) {
      this.#unlink(node);
      this.#append(node);
    }
    return node.value;
  }

  /** Sets the value of a key, which becomes the newest. */
  set(key: K, value: V): void {
    this.delete(key);
    const node: Node<K, V> = { key, value, older: null, newer: null };
    this.#nodes.set(key, node);
    this.#append(node);
  }

  delete(key: K): void {
    const node = this.#nodes.get(key);
    if (node === undefined) return;
    this.#nodes.delete(key);
    this.#unlink(node);
  }

  #append(node: Node<K, V>): void {
    node.older = this.#newest;
    node.newer = null;
    if (this.#newest === null) this.#oldest = node;
    else this.#newest.newer = node;
    this.#newest = node;
  }

  #unlink(node: Node<K, V>): void {
    if (node.older === null) this.#oldest = node.newer;
    else node.older.newer = node.newer;
    if (node.newer === null) this.#newest = node.older;
    else node.newer.older = node.older;
  }
}
