// Preloaded into the functions of a test's cloud by NODE_OPTIONS: every deal is drawn from the seed in the file that
// RIGGED_SEED names, for as long as it is there. Chance would take hours to deal what some tests are about.

import crypto from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const SEED_BYTES = 32;
const file = process.env['RIGGED_SEED'] ?? '';
const { randomBytes } = crypto;

type Draw = (...given: Parameters<typeof randomBytes>) => unknown;
const draw: Draw = (size, ...rest) =>
  size === SEED_BYTES && existsSync(file)
    ? Buffer.from(readFileSync(file, 'utf8'), 'hex')
    : (randomBytes as Draw)(size, ...rest);
crypto.randomBytes = draw as typeof randomBytes;
syncBuiltinESMExports();
