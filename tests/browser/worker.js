/** Runs the set it is sent and sends back the results, and what broke the content security policy. */
import { run } from './suite.js';

const violations = [];
addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
  violations.push(`${violatedDirective}: ${blockedURI}`),
);

addEventListener('message', async ({ data }) => {
  const results = await run(data);
  postMessage({ results, violations });
});
