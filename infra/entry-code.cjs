/* global __dirname */
/** src/edge/entry.js as text: what CloudFront gets, as it stands. */
const { readFileSync } = require('node:fs');
const { join } = require('node:path');

module.exports = () => readFileSync(join(__dirname, '../src/edge/entry.js'), 'utf8');
