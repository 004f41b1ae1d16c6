/** The tests in a browser (`npm run test:web`): the same Jest, on tests/web alone and one file at a time. */
import base from './jest.config.js';

export default {
  ...base,
  roots: ['<rootDir>/tests/web'],
  testPathIgnorePatterns: [],
  maxWorkers: 1,
};
