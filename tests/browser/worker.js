/** Runs the set it is sent: says what begins, then the results and what broke the security policy. */
import { run } from './suite.js';

const violations = [];
addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
  violations.push(`${violatedDirective}: ${blockedURI}`),
);

addEventListener('message', async ({ data }) => {
  const results = await run(data, (name) => postMessage({ begins: name }));
  postMessage({ results, violations });
});
