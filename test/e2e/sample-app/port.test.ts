import { describe, expect, it } from '@jest/globals';
import { portBeside, portFrom } from '../../../sample-app/src/port.js';

describe('the port', () => {
  it.each([
    [undefined, 3000],
    ['', 3000],
    ['0', 0],
    ['8080', 8080],
    ['65535', 65_535],
  ])('%j means %i', (value, port) => {
    expect(portFrom(value)).toBe(port);
  });

  it.each(['abc', '65536', '-1', '80.5', '1e3', '0x50', ' 80'])('%j is refused', (value) => {
    expect(() => portFrom(value)).toThrow(`PORT must be a whole number from 0 to 65535; got '${value}'.`);
  });

  it('has another beside it', () => {
    expect([portBeside(3000), portBeside(65_535)]).toEqual([3001, 65_534]);
  });
});
