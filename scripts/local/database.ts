/** Child of `npm start`: DynamoDB's API on 127.0.0.1, in a folder or in memory. Arguments: port, folder (none for memory). */
import dynalite from 'dynalite';

const [port, path] = process.argv.slice(2);
const server = dynalite({ createTableMs: 0, ...(path === undefined ? {} : { path }) });

// A connection that is kept is never closed under a request: the retry would wait, and in a benchmark's virtual time for ever.
server.keepAliveTimeout = 0;

server.listen(Number(port), '127.0.0.1');
process.once('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeAllConnections();
});
