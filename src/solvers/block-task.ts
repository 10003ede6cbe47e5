/** What a block of work asks of the thread it runs on. */
export interface BlockHooks {
  /** Whether to stop at the next chance; what is returned then may be unfinished. */
  readonly aborted: boolean;
  /** Called at least every 100 ms, so that the thread can do what else it has to do. */
  breathe(): Promise<void>;
}

/** Work in numbered blocks, each of which can be done on any thread, in any order, with the same answer to the last bit. */
export interface BlockTask<Result> {
  /** Does one block; the result is plain data. */
  run(block: number, hooks: BlockHooks): Promise<Result>;
  /** Memory of a result that may move to another thread instead of being copied. */
  buffersOf?(result: Result): readonly ArrayBuffer[];
}

/** What a module has that worker threads load: prepares the work from plain data. @throws Error when it cannot be done */
export interface BlockModule<Input, Result> {
  blockTask(input: Input): Promise<BlockTask<Result>>;
}
