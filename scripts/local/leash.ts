/** Preloaded into every child of `npm start`: the child ends when its stdin does, so none outlives its parent, whatever killed it. */
process.stdin.resume();
process.stdin.once('end', () => {
  process.kill(process.pid, 'SIGTERM');
  // Who listens to SIGTERM may take a moment to put things away, and no more.
  setTimeout(() => process.exit(0), 500);
});
