// The entries of the edge in a sandbox of Node's own, with the little that every host there has and no
// right to compile anything: what keeps them from breaking unseen where no such host is at hand.
import vm from 'node:vm';
import { hasRelaxedSimd, scriptFor } from '../edge.mjs';
import { atTheEdge, outcome, stage } from '../stage.mjs';

const GLOBALS = {
  AbortController,
  TextDecoder,
  TextEncoder,
  atob,
  clearTimeout,
  crypto,
  performance,
  setTimeout,
};

function rowOf(condition) {
  return {
    name: `sandbox-${condition}`,
    group: 'host',
    bounded: true,
    async run(row) {
      const { script, compiled } = await scriptFor(condition, await stage(row));
      const version = `node ${process.versions.node}`;
      return outcome(version, atTheEdge(hasRelaxedSimd), (options) => {
        const codeGeneration = { strings: false, wasm: false };
        const context = vm.createContext({ ...GLOBALS, compiled }, { codeGeneration });
        vm.runInContext(script, context);
        return vm.runInContext(`run(${JSON.stringify(options)})`, context);
      });
    },
  };
}

export const rows = [rowOf('workerd'), rowOf('edge-light')];
