/** The tests in a browser (`npm run test:web`): the same Jest, on tests/web alone. Its files mostly wait, so two run at a time. */
import base from './jest.config.js';

export default {
  ...base,
  roots: ['<rootDir>/tests/web'],
  testPathIgnorePatterns: [],
  maxWorkers: 2,
};
