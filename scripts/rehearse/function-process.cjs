/* global Buffer */
/**
 * What the managed runtime and AWS's names give a function and the emulator does not (gaps.ts). Preloaded into every Node process
 * of the emulator by its environment; the functions themselves are as packaged.
 */
const http = require('node:http');
const { syncBuiltinESMExports } = require('node:module');
const { Writable } = require('node:stream');

/** The whole answer at once: the emulator has no way to send a part of it. */
const streamifyResponse = (handler) => async (event, context) => {
  const chunks = [];
  const stream = new Writable({
    write: (chunk, _encoding, done) => {
      chunks.push(chunk);
      done();
    },
  });
  await handler(event, stream, context);
  return Buffer.concat(chunks).toString('utf8');
};
globalThis.awslambda = { streamifyResponse };

/** An API by its name on AWS: the emulator takes what is meant for AWS, but of an API it knows only the path. */
const API_NAME = /^([a-z0-9]+)\.execute-api\.[a-z0-9-]+\.amazonaws\.com$/;
/** An account's name before the emulator's own, of which no resolver needs to know. */
const LOOPBACK_NAME = /\.localhost$/;

function redirect(options) {
  const [, id] = API_NAME.exec(options.headers?.host ?? '') ?? [];
  if (id !== undefined) return { ...options, path: `/_aws/execute-api/${id}${options.path}` };
  return LOOPBACK_NAME.test(options.host ?? '') ? { ...options, host: '127.0.0.1' } : options;
}

const { request } = http;
http.request = (options, ...rest) => request(redirect(options), ...rest);
// For those who import it by name.
syncBuiltinESMExports();
