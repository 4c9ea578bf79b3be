/** What of MessagePack the codec writes by itself: forms that `msgpack-scan` lets through, the shortest of each. */
export class MsgpackBytes {
  private bytes = Buffer.allocUnsafeSlow(1_024);
  private length = 0;

  take(): Buffer {
    return this.bytes.subarray(0, this.length);
  }

  nil(): void {
    this.byte(0xc0);
  }

  boolean(value: boolean): void {
    this.byte(value ? 0xc3 : 0xc2);
  }

  number(value: number): void {
    if (value >= 0 && value < 0x80 && Number.isInteger(value)) return this.byte(value);
    if (Number.isInteger(value) && value >= -(2 ** 31) && value < 2 ** 32) return this.integer(value);
    this.byte(0xcb);
    this.makeRoom(8);
    this.length = this.bytes.writeDoubleBE(value, this.length);
  }

  text(value: string): void {
    const size = Buffer.byteLength(value);
    if (size < 0x20) this.byte(0xa0 | size);
    else if (size < 0x100) this.sized(0xd9, size, 1);
    else if (size < 0x10000) this.sized(0xda, size, 2);
    else this.sized(0xdb, size, 4);
    this.makeRoom(size);
    this.length += this.bytes.write(value, this.length, 'utf8');
  }

  binary(value: Uint8Array): void {
    const size = value.byteLength;
    if (size < 0x100) this.sized(0xc4, size, 1);
    else if (size < 0x10000) this.sized(0xc5, size, 2);
    else this.sized(0xc6, size, 4);
    this.makeRoom(size);
    this.bytes.set(value, this.length);
    this.length += size;
  }

  /** Followed by as many values. */
  list(count: number): void {
    if (count < 0x10) this.byte(0x90 | count);
    else if (count < 0x10000) this.sized(0xdc, count, 2);
    else this.sized(0xdd, count, 4);
  }

  /** Followed by as many pairs. */
  map(count: number): void {
    if (count < 0x10) this.byte(0x80 | count);
    else if (count < 0x10000) this.sized(0xde, count, 2);
    else this.sized(0xdf, count, 4);
  }

  private integer(value: number): void {
    if (value >= 0) {
      const width = value < 0x100 ? 1 : value < 0x10000 ? 2 : 4;
      this.sized(width === 1 ? 0xcc : width === 2 ? 0xcd : 0xce, value, width);
    } else if (value >= -0x20) this.byte(0x100 + value);
    else if (value >= -0x80) this.sized(0xd0, value + 0x100, 1);
    else if (value >= -0x8000) this.sized(0xd1, value + 0x10000, 2);
    else this.sized(0xd2, value + 2 ** 32, 4);
  }

  private sized(first: number, value: number, width: number): void {
    this.byte(first);
    this.makeRoom(width);
    this.length = this.bytes.writeUIntBE(value, this.length, width);
  }

  private byte(value: number): void {
    this.makeRoom(1);
    this.bytes[this.length] = value;
    this.length += 1;
  }

  private makeRoom(size: number): void {
    const needed = this.length + size;
    if (needed <= this.bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.bytes.length));
    larger.set(this.take());
    this.bytes = larger;
  }
}
