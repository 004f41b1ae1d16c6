/**
 * Preloaded into the function host: its WebSockets as API Gateway has them. A route with a response answers in any case, with an
 * empty frame when the function returned no body (reported, not documented); and a frame of more than 32 KB ends the connection
 * with 1009. serverless-offline does neither.
 */
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

/** API Gateway's largest frame, in bytes. */
const MAX_FRAME = 32 * 1024;

interface Change {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}
const CHANGES: readonly Change[] = [
  {
    file: '/serverless-offline/src/events/websocket/WebSocketClients.js',
    from: 'const { body } = await lambdaFunction.runHandler()\n      if (\n        body &&',
    to: 'const { body = "" } = (await lambdaFunction.runHandler()) ?? {}\n      if (',
  },
  {
    file: '/serverless-offline/src/events/websocket/WebSocketServer.js',
    from: 'server: this.#sharedServer,',
    to: `server: this.#sharedServer, maxPayload: ${MAX_FRAME},`,
  },
  {
    // Nobody listens to the error of such a socket, which would end the process.
    file: '/serverless-offline/src/events/websocket/WebSocketServer.js',
    from: 'server.on("connection", (webSocketClient, request) => {',
    to: 'server.on("connection", (webSocketClient, request) => { webSocketClient.on("error", () => undefined);',
  },
];

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    const changes = CHANGES.filter(({ file }) => url.endsWith(file));
    if (changes.length === 0) return loaded;
    const source = changes.reduce(
      (text, { from, to }) => {
        if (!text.includes(from)) throw new Error(`${url} has changed: scripts/local/sockets.ts must follow`);
        return text.replace(from, () => to);
      },
      readFileSync(fileURLToPath(url), 'utf8'),
    );
    return { ...loaded, source };
  },
});
