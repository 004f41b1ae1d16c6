import { expect, test } from '@jest/globals';
import { readLine } from '../../scripts/local/log.ts';

test('A function’s entry is one readable line of its own level', () => {
  const entry = {
    level: 'WARN',
    message: 'handshake refused',
    timestamp: '2026',
    service: 'liap-tui',
    why: 'no session',
  };
  expect(readLine(JSON.stringify(entry), 'stdout')).toEqual({
    level: 'warn',
    text: 'handshake refused why=no session',
  });
});

test('An error in an entry is its name and message', () => {
  const error = {
    name: 'Error',
    message: 'connect ECONNREFUSED',
    stack: 'Error: …\n    at file.mjs:1:200000',
  };
  expect(readLine(JSON.stringify({ level: 'ERROR', message: 'Failed', error }), 'stdout')).toEqual({
    level: 'error',
    text: 'Failed error=Error: connect ECONNREFUSED',
  });
});

test('Any other line is a warning where warnings are written, and by the way elsewhere', () => {
  expect(readLine('{not json', 'stderr')).toEqual({ level: 'warn', text: '{not json' });
  expect(readLine('steps ready', 'stdout')).toEqual({ level: 'info', text: 'steps ready' });
});
