import type { Terminal } from '../../../lib/cli/terminal.js';

class FakeOutput {
  text = '';

  constructor(readonly isTTY = false) {}

  write(text: string): void {
    this.text += text;
  }
}

/** Remembers what was written. */
export class FakeTerminal implements Terminal {
  readonly stdout = new FakeOutput();
  readonly stderr: FakeOutput;
  readonly stop = new AbortController();
  readonly signal = this.stop.signal;

  constructor(
    readonly env: Readonly<Record<string, string>> = {},
    isTTY = false,
  ) {
    this.stderr = new FakeOutput(isTTY);
  }
}
