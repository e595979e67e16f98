/** Says that a record does not tell what came of a node: thrown out of a replay, where nothing is guessed. */
export class CannotTell extends Error {
  readonly node: string;
  /** `why` is a part of a sentence, such as “the request was not classified when it was recorded”. */
  constructor(node: string, why: string) {
    super(why);
    this.node = node;
  }
}
