/** The esbuild plugins of every function's bundle. */
module.exports = [...require('../scripts/lean-sdk.cjs'), ...require('./pages.cjs')];
