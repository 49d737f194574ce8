/** An engine cannot be had on this machine; the message says what was tried and what to do. */
export class EngineMissing extends Error {
  override readonly name = 'EngineMissing';
}
