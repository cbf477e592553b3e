/** Two lists of keys as one: in order, and a key of both as the first has it. */

type Listed = { key: string; size: number };

export async function* merge(first: AsyncIterable<Listed>, second: AsyncIterable<Listed>): AsyncGenerator<Listed> {
  const [ours, theirs] = [first[Symbol.asyncIterator](), second[Symbol.asyncIterator]()];
  let [a, b] = await Promise.all([ours.next(), theirs.next()]);
  while (!a.done || !b.done) {
    if (!a.done && (b.done || a.value.key <= b.value.key)) {
      if (!b.done && a.value.key === b.value.key) b = await theirs.next();
      yield a.value;
      a = await ours.next();
    } else if (!b.done) {
      yield b.value;
      b = await theirs.next();
    }
  }
}
