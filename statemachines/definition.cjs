/* global __dirname */
/** The state machine as the one string CloudFormation wants: serverless.yml can read JSON only as an object. */
const { readFileSync } = require('node:fs');
const { join } = require('node:path');

module.exports = () => JSON.stringify(JSON.parse(readFileSync(join(__dirname, 'game.asl.json'), 'utf8')));
