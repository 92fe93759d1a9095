// A run of the tests that hangs ends by itself, and says where: a CI that is cut off from outside says nothing.

const limitMinutes = 45;

export default class TimeLimitReporter {
  #watching;
  #running = new Set();
  #timer;

  constructor({ watch, watchAll }) {
    this.#watching = watch || watchAll;
  }

  onRunStart() {
    if (this.#watching) return;
    this.#timer = setTimeout(() => {
      const names = [...this.#running].join('\n  ');
      process.stderr.write(
        `The tests have not ended within ${limitMinutes} minutes. Still running:\n  ${names}\n`,
      );
      process.exit(1);
    }, limitMinutes * 60_000);
  }

  onTestFileStart({ path }) {
    this.#running.add(path);
  }

  onTestFileResult({ path }) {
    this.#running.delete(path);
  }

  onRunComplete() {
    clearTimeout(this.#timer);
  }
}
