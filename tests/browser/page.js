/**
 * Runs a set of assertions in the page and in a module worker. The outcome is in
 * `globalThis.results`, the title is 'done', and the promise `globalThis.finished` is fulfilled;
 * until then `globalThis.begun` names each assertion that began, and when.
 */
import { run } from './suite.js';

const trouble = [];
addEventListener('error', ({ message }) => trouble.push(`error: ${message}`));
addEventListener('unhandledrejection', ({ reason }) => trouble.push(`rejection: ${reason}`));
const violations = [];
document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
  violations.push(`${violatedDirective}: ${blockedURI}`),
);

globalThis.begun = [];
globalThis.finished = main();

async function main() {
  const set = new URLSearchParams(location.search).get('set') ?? 'all';
  const inPage = await run(set, begins);
  const inWorker = await runInWorker(set).catch(({ message }) => ({
    results: [{ name: 'the worker runs', ok: false, error: message }],
    violations: [],
  }));
  globalThis.results = [
    ...inPage,
    ...inWorker.results.map((result) => ({ ...result, name: `in a worker: ${result.name}` })),
  ];
  globalThis.trouble = trouble;
  globalThis.violations = [...violations, ...inWorker.violations];
  document.title = 'done';
}

function begins(name) {
  globalThis.begun.push(`${(performance.now() / 1000).toFixed(1)} s: ${name}`);
}

function runInWorker(set) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data }) => {
      if (data.begins === undefined) resolve(data);
      else begins(`in a worker: ${data.begins}`);
    };
    worker.onerror = ({ message }) => reject(new Error(message ?? 'the worker did not load'));
    worker.postMessage(set);
  });
}
