import { TestEnvironment as NodeEnvironment } from 'jest-environment-node';
import { releaseAll } from './teardown.ts';

/** Jest's own environment for Node, which also ends what a test file left running. Jest wants a default export. */
export default class TestEnvironment extends NodeEnvironment {
  override async teardown(): Promise<void> {
    const errors = await releaseAll(this.global);
    await super.teardown();
    if (errors.length > 0)
      throw new AggregateError(errors, 'A test file left something that could not be ended');
  }
}
