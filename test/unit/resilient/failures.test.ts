import { describe, expect, it } from '@jest/globals';
import {
  CacheBackendError,
  CacheCapabilityError,
  CacheFormatError,
  CacheTimeoutError,
  CacheUsageError,
  CacheValueError,
} from '../../../lib/support/errors.js';
import { OverdueError } from '../../../lib/support/overdue-error.js';
import { isCallersFault, refusesService } from '../../../lib/wrappers/resilient/failures.js';

describe('a server that says it is of no use', () => {
  it.each([
    'LOADING Redis is loading the dataset in memory',
    "READONLY You can't write against a read only replica.",
    "OOM command not allowed when used memory > 'maxmemory'.",
    'MISCONF Errors writing to the AOF file',
    'NOREPLICAS Not enough good replicas to write.',
    'MASTERDOWN Link with MASTER is down',
    'CLUSTERDOWN The cluster is down',
    'NOAUTH Authentication required.',
    'WRONGPASS invalid username-password pair',
  ])('%s', (reply) => {
    expect(refusesService(new Error(reply))).toBe(true);
    // As a script hands it on, and as the Redis backend does.
    expect(refusesService(new Error(`-${reply}`))).toBe(true);
    expect(refusesService(new CacheBackendError(`Redis fenced put: ${reply}`))).toBe(true);
  });

  it.each([
    'flaky(map) has not answered an earlier read of app:v:{room:OOM:7}; it is not asked again before.',
    'get of LOADING took longer than 100 ms.',
    'CLIENT_ERROR bad key READONLY',
    "WRONGTYPE Operation against a key; its name was 'NOAUTH'",
    "ERR unknown command 'OOM'",
    'OOMPH is no word of refusal',
    'readonly in small letters is somebody’s own text',
    '',
  ])('not one that only names the word: %s', (message) => {
    expect(refusesService(new Error(message))).toBe(false);
  });
});

describe('what says nothing of the server', () => {
  it.each([
    ['a value that cannot be kept', new CacheValueError('$', 'a function')],
    ['a call that makes no sense', new CacheUsageError('an empty pattern')],
    ['what the backend was never able to do', new CacheCapabilityError('no scan')],
    ['bytes that are no entry', new CacheFormatError('foreign')],
    ['a question that was not even asked', new OverdueError('an earlier one is not answered')],
  ])('%s', (_, error) => {
    expect(isCallersFault(error)).toBe(true);
  });

  it.each([
    ['an answer that did not come', new CacheTimeoutError('get', 100)],
    ['a failure', new CacheBackendError('gone')],
    ['an error of the client’s own', new Error('ECONNRESET')],
    ['what is no error at all', 'gone'],
  ])('but %s does', (_, error) => {
    expect(isCallersFault(error)).toBe(false);
  });
});
